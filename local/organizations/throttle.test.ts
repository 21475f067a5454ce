import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Clock } from '../kernel/clock.ts';
import { AwsError } from '../kernel/errors.ts';
import { createThrottle, type Throttle } from './throttle.ts';

/** Only the time of a clock, set by hand. */
function handClock(): { clock: Clock; advance(seconds: number): void } {
  let now = 0;
  const unused = () => {
    throw new Error('not needed here');
  };
  const clock: Clock = { now: () => now, at: unused, sleep: unused, hold: unused, close: () => undefined };
  return {
    clock,
    advance(seconds) {
      now += seconds * 1000;
    },
  };
}

function admitted(throttle: Throttle, operation: string, account = 'a'): boolean {
  try {
    throttle.admit(operation, account, 'o');
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'TooManyRequestsException') return false;
    throw error;
  }
}

test.each([
  ['CreateAccount', 0.1, 3],
  ['CloseAccount', 0.05, 1],
  ['MoveAccount', 2, 3],
  ['DescribeCreateAccountStatus', 2, 2],
  ['ListAccounts', 8, 12],
])('%s: %d a second, a burst of %i', (operation, rate, burst) => {
  const { clock, advance } = handClock();
  const throttle = createThrottle(clock);
  const atOnce = Array.from({ length: burst + 5 }, () => admitted(throttle, operation));
  expect(atOnce.filter(Boolean)).toHaveLength(burst);
  advance(1 / rate);
  expect([admitted(throttle, operation), admitted(throttle, operation)]).toEqual([true, false]);
});

test('operations that share a bucket, and accounts that share the organization', () => {
  const { clock } = handClock();
  const throttle = createThrottle(clock);
  expect(['TagResource', 'UntagResource', 'TagResource'].map((name) => admitted(throttle, name))).toEqual([
    true,
    true,
    true,
  ]);
  expect(Array.from({ length: 5 }, () => admitted(throttle, 'UntagResource')).filter(Boolean)).toHaveLength(3);
  const polls = ['a', 'a', 'b', 'b'].map((account) => admitted(throttle, 'DescribeCreateAccountStatus', account));
  expect(polls).toEqual([true, true, true, false]);
});

test('in any rhythm no more is admitted than burst and rate allow', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 200 }), (pauses) => {
      const { clock, advance } = handClock();
      const throttle = createThrottle(clock);
      let count = 0;
      for (const pause of pauses) {
        advance(pause);
        if (admitted(throttle, 'CreateAccount')) count++;
        expect(count).toBeLessThanOrEqual(3 + 0.1 * (clock.now() / 1000) + 1e-6);
      }
    }),
  );
});
