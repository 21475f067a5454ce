import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { covered, doingOf, lastWait } from './shares.ts';

/** Events that follow one another; seconds. */
function history(...events: [type: string, second: number, details?: Partial<HistoryEvent>][]): HistoryEvent[] {
  return events.map(([type, second, details], index) => ({
    id: index + 1,
    previousEventId: index,
    type: type as HistoryEvent['type'],
    timestamp: new Date(second * 1_000),
    ...details,
  }));
}

const submitted = (resourceType: string) => ({ taskSubmittedEventDetails: { resourceType, resource: '' } });
const entered = (name: string) => ({ stateEnteredEventDetails: { name } });
const exited = (name: string) => ({ stateExitedEventDetails: { name } });

const polled = history(
  ['TaskStateEntered', 0, entered('EnsureVcluster')],
  ['TaskScheduled', 0],
  ['TaskStarted', 0],
  ['TaskFailed', 1],
  ['TaskScheduled', 3],
  ['TaskStarted', 3],
  ['TaskFailed', 4],
  ['TaskScheduled', 9],
  ['TaskStarted', 9],
  ['TaskSucceeded', 11],
  ['TaskStateExited', 11, exited('EnsureVcluster')],
  ['WaitStateEntered', 11],
  ['WaitStateExited', 41],
);

test('what passes between attempts and in Wait states is waiting, what passes in functions is not', () => {
  const { waits, steps } = doingOf(polled);
  expect(waits).toEqual([
    [1_000, 3_000],
    [4_000, 9_000],
    [11_000, 41_000],
  ]);
  expect(steps).toEqual([
    [0, 1_000],
    [3_000, 4_000],
    [9_000, 11_000],
  ]);
});

test('the last wait of a state is the one that found what it waited for', () => {
  expect(lastWait(polled, 'EnsureVcluster')).toBe(5_000);
  expect(lastWait(polled, 'EnsureWorkspace')).toBe(0);
});

test('a function that leaves a task token has run until then; until the token is back is waiting', () => {
  const { waits, steps } = doingOf(
    history(['TaskScheduled', 0], ['TaskStarted', 0], ['TaskSubmitted', 2, submitted('lambda')], ['TaskSucceeded', 7]),
  );
  expect(steps).toEqual([[0, 2_000]]);
  expect(waits).toEqual([[2_000, 7_000]]);
});

test('a nested execution is neither: it has a history of its own', () => {
  const nested = history(
    ['TaskScheduled', 0],
    ['TaskStarted', 0],
    ['TaskSubmitted', 0, submitted('states')],
    ['TaskSucceeded', 50],
  );
  expect(doingOf(nested)).toEqual({ waits: [], steps: [] });
});

test('what spans have in common counts once, and only within the bounds', () => {
  const spans: [number, number][] = [
    [5, 9],
    [0, 6],
    [20, 30],
    [8, 8],
  ];
  expect(covered(spans, [2, 25])).toBe(7 + 5);
  expect(covered([], [0, 1])).toBe(0);
});
