/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const DEFAULT_ATTEMPTS = 185;
const DEFAULT_AGE_SECONDS = 86_400;
/** EventBridge does not publish its intervals; with this ceiling 185 attempts fill its 24 hours. */
const FIRST_DELAY = 1_000;
const LONGEST_DELAY = 900_000;

/** What counts for the next attempt: how often it failed, since when it is tried (milliseconds), and the target's limits. */
export interface AttemptState {
  readonly failedAttempts: number;
  readonly ingestedAt: number;
  readonly target: { readonly RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number } };
}

export type ExhaustedCondition = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

/**
 * When a failed delivery is tried again (milliseconds of the simulated clock): exponential backoff with full jitter,
 * within the target's retry policy; or which of its limits is used up.
 */
export function nextAttempt(
  delivery: AttemptState,
  now: number,
  random: () => number = Math.random,
): { at: number } | { exhausted: ExhaustedCondition } {
  const attempts = delivery.target.RetryPolicy?.MaximumRetryAttempts ?? DEFAULT_ATTEMPTS;
  const age = (delivery.target.RetryPolicy?.MaximumEventAgeInSeconds ?? DEFAULT_AGE_SECONDS) * 1000;
  if (delivery.failedAttempts >= attempts) return { exhausted: 'MaximumRetryAttempts' };
  const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(delivery.failedAttempts, 30));
  const at = now + Math.ceil(ceiling * (0.5 + random() / 2));
  return at > delivery.ingestedAt + age ? { exhausted: 'MaximumEventAgeInSeconds' } : { at };
}
