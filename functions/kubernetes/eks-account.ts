import { EKSClient } from '@aws-sdk/client-eks';
import { operatorCredentials } from '../accounts/access.ts';
import { environment } from '../runtime/environment.ts';

/** The part of EKS that the steps need. */
export type Eks = Pick<EKSClient, 'send'>;

const clients = new Map<string, EKSClient>();

/**
 * EKS in the account: with the function's own credentials in the platform's (also when none is named), with the operator
 * role in a tenant's.
 */
export function eksIn(accountId?: string): EKSClient {
  const foreign = accountId !== undefined && accountId !== environment('PLATFORM_ACCOUNT_ID') ? accountId : '';
  const known = clients.get(foreign);
  if (known) return known;
  const client = new EKSClient(foreign ? { credentials: operatorCredentials(foreign) } : {});
  clients.set(foreign, client);
  return client;
}
