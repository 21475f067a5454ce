import type { JsonValue } from './contract.ts';
import { isObject, type JsonObject } from './payload.ts';

export interface Retrier {
  readonly errors: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number | undefined;
  readonly jitter: boolean;
}

/** Parses a state's Retry field; defaults as documented. */
export function compileRetriers(retry: JsonValue | undefined): Retrier[] {
  if (!Array.isArray(retry)) return [];
  return retry.filter(isObject).map((rule: JsonObject) => ({
    errors: errorNames(rule['ErrorEquals']),
    intervalSeconds: number(rule['IntervalSeconds'], 1),
    maxAttempts: number(rule['MaxAttempts'], 3),
    backoffRate: number(rule['BackoffRate'], 2),
    maxDelaySeconds: typeof rule['MaxDelaySeconds'] === 'number' ? rule['MaxDelaySeconds'] : undefined,
    jitter: rule['JitterStrategy'] === 'FULL',
  }));
}

export function errorNames(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function number(value: JsonValue | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

/** Milliseconds until attempt number `attempt` (0 for the first retry) of a retrier. */
export function retryDelay(retrier: Retrier, attempt: number, random: () => number = Math.random): number {
  const uncapped = retrier.intervalSeconds * retrier.backoffRate ** attempt;
  const seconds = Math.min(uncapped, retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return Math.round((retrier.jitter ? random() * seconds : seconds) * 1_000);
}

/** Errors that `States.ALL` does not stand for. */
const TERMINAL = new Set(['States.DataLimitExceeded', 'States.Runtime']);

/**
 * Whether one of the names in ErrorEquals stands for `error`. `heartbeat` says that a States.Timeout is a missed heartbeat.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function matchesError(
  names: readonly string[],
  error: string | undefined,
  options: { task?: boolean; heartbeat?: boolean } = {},
): boolean {
  const terminal = error !== undefined && TERMINAL.has(error);
  return names.some(
    (name) =>
      name === error ||
      (name === 'States.ALL' && !terminal) ||
      (name === 'States.TaskFailed' && options.task === true && !terminal && error !== 'States.Timeout') ||
      (name === 'States.HeartbeatTimeout' && options.heartbeat === true),
  );
}
