import type { Caller } from '../kernel/service.ts';
import { ownedKey } from './database.ts';
import type { EksEngine } from './engine.ts';
import { type Principal, principalOf } from './principals.ts';
import { effective } from './propagation.ts';
import type { AccessEntryRecord, ClusterRecord } from './records.ts';
import { TokenProblem, verifyToken } from './token.ts';

export interface UserInfo {
  username: string;
  uid: string;
  groups: string[];
  extra: Record<string, string[]>;
}

/** Status of a TokenReview. https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/ */
export type TokenReviewStatus =
  | { authenticated: true; user: UserInfo; audiences?: string[] }
  | { authenticated: false; error: string };

/** Who the bearer of the token is in the cluster: its IAM identity by STS, mapped by the access entry of its principal. */
export function reviewToken(engine: EksEngine, cluster: ClusterRecord, token: string): TokenReviewStatus {
  try {
    const caller = verifyToken(engine.cloud, cluster.name, token);
    const user = mapCaller(engine, cluster, caller);
    if (user) return { authenticated: true, user };
    return { authenticated: false, error: `no access entry for ${caller.arn}` };
  } catch (error) {
    if (error instanceof TokenProblem) return { authenticated: false, error: error.message };
    throw error;
  }
}

function mapCaller(engine: EksEngine, cluster: ClusterRecord, caller: Caller): UserInfo | undefined {
  const principal = principalOf(engine, caller);
  const entry = principal && entryOf(engine, cluster, principal.arn, principal.id);
  if (!entry) return undefined;
  const sessionName = caller.kind === 'role' ? caller.arn.slice(caller.arn.lastIndexOf('/') + 1) : '';
  return {
    username: entry.username
      // EKS replaces what could be mistaken for structure; roles of IAM Identity Center have e-mail addresses as session names.
      .replaceAll('{{SessionName}}', sessionName.replaceAll('@', '-'))
      .replaceAll('{{SessionNameRaw}}', sessionName)
      .replaceAll('{{AccountID}}', principal.accountId),
    uid: `aws-iam-authenticator:${principal.accountId}:${principal.id}`,
    groups: entry.kubernetesGroups,
    extra: {
      arn: [caller.arn],
      canonicalArn: [canonicalArn(principal)],
      principalId: [principal.id],
      'sigs.k8s.io/aws-iam-authenticator/principalId': [principal.id],
      sessionName: [sessionName],
    },
  };
}

/** The role without its path: that is all that a session's ARN tells. */
function canonicalArn({ kind, accountId, name, arn }: Principal): string {
  return kind === 'role' ? `arn:aws:iam::${accountId}:role/${name}` : arn;
}

/** The entry in effect for the principal, if it is the very one that it was made for. */
export function entryOf(
  engine: EksEngine,
  cluster: ClusterRecord,
  principalArn: string,
  principalId: string,
): AccessEntryRecord | undefined {
  const versions = engine.database.accessEntries.get(ownedKey(cluster, principalArn));
  const entry = effective(versions, engine.cloud.clock.now());
  return entry?.principalId === principalId ? entry : undefined;
}
