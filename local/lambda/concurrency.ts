import { AwsError } from '../kernel/errors.ts';
import { functionArn } from './arn.ts';
import type { FunctionRecord, FunctionStore } from './function-store.ts';

/** The quota of concurrent executions of an account and region. https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
export const CONCURRENCY_QUOTA = 'L-B99A9384';

/** Concurrent executions that an account may have in a region. */
export type ConcurrencyLimit = (accountId: string, region: string) => number;

/** What of the account's limit must stay unreserved: all of it in accounts that start with less than a hundred. */
export function unreservedMinimum(accountLimit: number): number {
  return Math.min(100, accountLimit);
}

export interface Concurrency {
  /** Counts one running invocation. Throws TooManyRequestsException at the function's reserved or the account's limit. */
  enter(record: FunctionRecord): () => void;
}

/** Counts running invocations per function and account. */
export function createConcurrency(store: FunctionStore, accountLimit: ConcurrencyLimit): Concurrency {
  const running = new Map<string, number>();
  const add = (key: string, change: number) => running.set(key, (running.get(key) ?? 0) + change);
  return {
    enter(record) {
      const arn = functionArn(record);
      const pool = `${record.accountId}/${record.region}`;
      const reserved = record.reservedConcurrency;
      const counted = reserved === undefined ? pool : arn;
      const { accountId, region } = record;
      const limit = reserved ?? accountLimit(accountId, region) - reservedConcurrency(store, accountId, region);
      if ((running.get(counted) ?? 0) >= limit) {
        throw throttled(
          reserved === undefined
            ? 'ConcurrentInvocationLimitExceeded'
            : 'ReservedFunctionConcurrentInvocationLimitExceeded',
        );
      }
      add(counted, 1);
      return () => add(counted, -1);
    },
  };
}

/** Sum of what the functions of an account and region have reserved. */
export function reservedConcurrency(store: FunctionStore, accountId: string, region: string): number {
  let sum = 0;
  for (const record of store.all()) {
    if (record.reservedConcurrency !== undefined && record.accountId === accountId && record.region === region) {
      sum += record.reservedConcurrency;
    }
  }
  return sum;
}

function throttled(reason: string): AwsError {
  return new AwsError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    fields: { Reason: reason, Type: 'User' },
  });
}
