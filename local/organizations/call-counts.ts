import { AwsError } from '../kernel/errors.ts';
import type { LocalRequest, LocalResponse, Operation } from '../kernel/service.ts';

/** What became of the calls of one operation since the start, or since the counts were reset. */
export interface CallCount {
  /** All of them. Those that a fault of the kernel answered in place of the service are not among them. */
  calls: number;
  /** Answered with TooManyRequestsException. */
  throttled: number;
  /** Answered with another error, an access denial among them. */
  refused: number;
}

export interface CallCounts {
  /** The operations, each counting. */
  counted(operations: Record<string, Operation>): Record<string, Operation>;
  /** `/_local/organizations/calls`: GET answers the counts by operation, DELETE resets them. */
  route(request: LocalRequest): LocalResponse;
}

/** Counts of one running service; they are not kept over a restart. */
export function createCallCounts(): CallCounts {
  const counts = new Map<string, CallCount>();
  const countOf = (name: string): CallCount => {
    const count = counts.get(name) ?? { calls: 0, throttled: 0, refused: 0 };
    counts.set(name, count);
    return count;
  };

  function counting(name: string, operation: Operation): Operation {
    return {
      ...operation,
      authorize(input, context) {
        const requests = operation.authorize?.(input, context) ?? [{ action: `organizations:${name}`, resource: '*' }];
        // Refused until the handler is reached: what the access check refuses never is.
        const count = countOf(name);
        count.calls += 1;
        count.refused += 1;
        return requests;
      },
      async handle(input, context) {
        countOf(name).refused -= 1;
        try {
          return await operation.handle(input, context);
        } catch (error) {
          const throttled = error instanceof AwsError && error.code === 'TooManyRequestsException';
          countOf(name)[throttled ? 'throttled' : 'refused'] += 1;
          throw error;
        }
      },
    };
  }

  return {
    counted: (operations) =>
      Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, counting(name, operation)])),
    route({ method }) {
      if (method === 'DELETE') counts.clear();
      const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(Object.fromEntries(sorted)),
      };
    },
  };
}
