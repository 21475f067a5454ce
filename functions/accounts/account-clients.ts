import { AccountClient } from '@aws-sdk/client-account';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { accessCredentials } from './access.ts';

/** The services of one vended account, by the role it was born with. */
export interface AccountClients {
  /** Gets credentials of the account; throws while its role cannot be assumed. */
  assume(): Promise<unknown>;
  readonly account: Pick<AccountClient, 'send'>;
  readonly iam: Pick<IAMClient, 'send'>;
  readonly stacks: Pick<CloudFormationClient, 'send'>;
  readonly eks: Pick<EKSClient, 'send'>;
  readonly quotas: Pick<ServiceQuotasClient, 'send'>;
  readonly functions: Pick<LambdaClient, 'send'>;
  readonly tables: Pick<DynamoDBClient, 'send'>;
  readonly queues: Pick<SQSClient, 'send'>;
  readonly buckets: Pick<S3Client, 'send'>;
  ec2(region: string): Pick<EC2Client, 'send'>;
}

/** Clients in the account's home region; the endpoint and credentials can be given, for tests. */
export function clientsOf(
  region: string,
  credentials: AwsCredentialIdentityProvider,
  endpoint?: string,
): AccountClients {
  const settings = { region, credentials, ...(endpoint && { endpoint }) };
  return {
    assume: () => credentials(),
    // Account Management and IAM have one endpoint each.
    account: new AccountClient({ ...settings, region: 'us-east-1' }),
    iam: new IAMClient(settings),
    stacks: new CloudFormationClient(settings),
    eks: new EKSClient(settings),
    quotas: new ServiceQuotasClient(settings),
    functions: new LambdaClient(settings),
    tables: new DynamoDBClient(settings),
    queues: new SQSClient(settings),
    buckets: new S3Client(settings),
    ec2: (regionOfCall) => new EC2Client({ ...settings, region: regionOfCall }),
  };
}

/** The clients for a new account, through the broker. */
export function freshAccountClients(accountId: string, homeRegion: string): AccountClients {
  return clientsOf(homeRegion, accessCredentials(accountId));
}
