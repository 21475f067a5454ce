import { EKSClient } from '@aws-sdk/client-eks';
import { operatorCredentials } from '../accounts/access.ts';
import { environment } from '../runtime/environment.ts';

/** The part of EKS that the steps need. */
export type Eks = Pick<EKSClient, 'send'>;

const clients = new Map<string, EKSClient>();

/** EKS in the account: with the function's own credentials in the platform's, with the operator role in a tenant's. */
export function eksIn(accountId: string): EKSClient {
  const known = clients.get(accountId);
  if (known) return known;
  const own = accountId === environment('PLATFORM_ACCOUNT_ID');
  const client = new EKSClient(own ? {} : { credentials: operatorCredentials(accountId) });
  clients.set(accountId, client);
  return client;
}
