/**
 * AWS's limits on accounts. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
 */

/** Creations in progress in an organization. */
export const CREATIONS_IN_FLIGHT = 5;

/** Closures in progress in an organization. */
export const CLOSURES_IN_FLIGHT = 3;

/** A token bucket: tokens per second, and how many may be taken at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * Buckets of the calls that many executions make at once, below those of AWS: calls do not arrive in the order and at the times
 * at which they were sent. `MoveAccount` and `CreateAccount` are the queues in which workflows wait for their turn; `MoveAccountNow` and
 * `DescribeCreateAccountStatus` space the calls themselves, which come bunched out of starting functions. The queue of moves
 * leaves room for new accounts, which go behind the fences at once.
 */
export const RATES = {
  CreateAccount: { perSecond: 0.1, burst: 2 },
  MoveAccount: { perSecond: 1.75, burst: 2 },
  MoveAccountNow: { perSecond: 1.9, burst: 1 },
  DescribeCreateAccountStatus: { perSecond: 1.5, burst: 1 },
  CloseAccount: { perSecond: 0.05, burst: 1 },
} as const satisfies Record<string, Rate>;

export type RatedCall = keyof typeof RATES;

/** Days over which closures are counted. */
export const CLOSE_WINDOW_DAYS = 30;

/** How many member accounts can be closed within {@link CLOSE_WINDOW_DAYS}: a fifth of them, at least 250, at most 1,000. */
export function closeBudget(memberAccounts: number): number {
  return Math.min(1_000, Math.max(250, Math.floor(memberAccounts / 5)));
}
