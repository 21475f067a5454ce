import type { AccessReviewSpec } from './access-review.ts';
import { ownedKey } from './database.ts';
import type { EksEngine } from './engine.ts';
import { effective } from './propagation.ts';
import type { AccessEntryRecord, ClusterRecord } from './records.ts';

/**
 * The access entry in effect behind the user of an access review, found by the principal id that the token review noted. The uid
 * has to agree with it: an impersonator sets users, groups and extra fields, and rarely the uid.
 */
export function currentPrincipal(
  engine: EksEngine,
  cluster: ClusterRecord,
  { uid, extra }: AccessReviewSpec,
): AccessEntryRecord | undefined {
  const principalId = member(extra, 'principalId');
  if (principalId === undefined || !uid?.startsWith('aws-iam-authenticator:') || !uid.endsWith(`:${principalId}`))
    return undefined;
  const { accessEntries, principalArns } = engine.database;
  const principalArn = principalArns.get(ownedKey(cluster, principalId));
  if (principalArn === undefined) return undefined;
  const entry = effective(accessEntries.get(ownedKey(cluster, principalArn)), engine.cloud.clock.now());
  return entry?.principalId === principalId ? entry : undefined;
}

/** API servers send the names of extra fields in lower case to some webhooks and as they are to others. */
function member(extra: AccessReviewSpec['extra'], name: string): string | undefined {
  const [, values] = Object.entries(extra ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase()) ?? [];
  return values?.[0];
}
