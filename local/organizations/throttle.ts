import type { Clock } from '../kernel/clock.ts';
import { AwsError } from '../kernel/errors.ts';

interface Limit {
  /** Tokens per second and the size of the bucket, for each calling account. */
  readonly account: readonly [rate: number, burst: number];
  /** The same for the organization as a whole. */
  readonly organization?: readonly [rate: number, burst: number];
}

/** Operations in one line share a bucket. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html#throttling-limits */
const LIMITS: readonly (readonly [operations: string, limit: Limit])[] = [
  ['CloseAccount', { account: [0.05, 1] }],
  ['CreateAccount', { account: [0.1, 3] }],
  ['DescribeAccount', { account: [20, 30], organization: [24, 36] }],
  ['DescribeCreateAccountStatus', { account: [2, 2], organization: [2, 3] }],
  ['LeaveOrganization', { account: [1, 1] }],
  ['ListCreateAccountStatus', { account: [5, 8], organization: [6, 10] }],
  ['CreateOrganization DeleteOrganization', { account: [1, 1] }],
  ['CreateOrganizationalUnit DescribeOrganization', { account: [1, 2] }],
  ['MoveAccount UpdateOrganizationalUnit DeleteOrganizationalUnit', { account: [2, 3] }],
  ['DescribeOrganizationalUnit', { account: [2, 2], organization: [2, 3] }],
  ['ListAccounts', { account: [8, 12], organization: [9, 15] }],
  ['ListChildren', { account: [6, 10], organization: [7, 12] }],
  ['ListParents ListAccountsForParent ListOrganizationalUnitsForParent', { account: [5, 8], organization: [6, 10] }],
  ['ListRoots', { account: [1, 2], organization: [1, 3] }],
  ['ListTagsForResource', { account: [10, 15], organization: [12, 18] }],
  ['RemoveAccountFromOrganization', { account: [2, 2] }],
  ['TagResource UntagResource', { account: [4, 6] }],
  ['CreatePolicy DeletePolicy AttachPolicy DetachPolicy', { account: [2, 3] }],
  ['DescribePolicy', { account: [2, 2], organization: [2, 3] }],
  ['DisablePolicyType EnablePolicyType', { account: [1, 1] }],
  ['ListPolicies ListPoliciesForTarget ListTargetsForPolicy', { account: [5, 8], organization: [6, 10] }],
  ['UpdatePolicy', { account: [2, 3] }],
  ['EnableAWSServiceAccess DisableAWSServiceAccess', { account: [1, 2] }],
  ['ListAWSServiceAccessForOrganization ListDelegatedServicesForAccount', { account: [1, 3], organization: [1, 4] }],
  ['ListDelegatedAdministrators', { account: [5, 8], organization: [6, 10] }],
  ['RegisterDelegatedAdministrator DeregisterDelegatedAdministrator', { account: [1, 2] }],
];

interface Bucket {
  tokens: number;
  filledAt: number;
}

export interface Throttle {
  /** Takes a token. Throws TooManyRequestsException when the account's or the organization's bucket is empty. */
  admit(operation: string, accountId: string, organizationId: string | undefined): void;
}

/** AWS's token buckets, on the clock. A refused call takes no token. */
export function createThrottle(clock: Clock): Throttle {
  const groups = new Map(
    LIMITS.flatMap(([operations, limit]) =>
      operations.split(' ').map((name) => [name, { operations, limit }] as const),
    ),
  );
  const buckets = new Map<string, Bucket>();

  function filled(key: string, [rate, burst]: readonly [number, number]): Bucket {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: burst, filledAt: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1000) * rate);
    bucket.filledAt = now;
    buckets.set(key, bucket);
    return bucket;
  }

  return {
    admit(operation, accountId, organizationId) {
      const group = groups.get(operation);
      if (!group) return;
      const { operations, limit } = group;
      const needed = [filled(`${accountId} ${operations}`, limit.account)];
      if (limit.organization && organizationId) {
        needed.push(filled(`${organizationId} ${operations}`, limit.organization));
      }
      // Sums of fractions fall short of whole tokens by rounding.
      if (needed.some(({ tokens }) => tokens < 1 - 1e-9)) {
        throw new AwsError(
          'TooManyRequestsException',
          'You have sent too many requests in too short a period of time. Try again later.',
          { fields: { Type: operation } },
        );
      }
      for (const bucket of needed) bucket.tokens -= 1;
    },
  };
}
