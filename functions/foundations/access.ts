import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { operatorCredentials } from '../accounts/access.ts';

/** Clients that work in the account a foundation is in: with the function's own role in the platform's account, else as the operator of that account. */
export function accountClients(accountId: string, platformAccountId: string) {
  const options = accountId === platformAccountId ? {} : { credentials: operatorCredentials(accountId) };
  return { stacks: new CloudFormationClient(options), ec2: () => new EC2Client(options) };
}
