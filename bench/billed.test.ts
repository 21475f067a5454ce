import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { billed } from './billed.ts';

const entered = (type: string): HistoryEvent =>
  ({ type, stateEnteredEventDetails: { name: 'State' } }) as unknown as HistoryEvent;
const event = (type: string): HistoryEvent => ({ type }) as unknown as HistoryEvent;

test('every state counts, and every attempt but the first; what else happens does not', () => {
  const first = [entered('TaskStateEntered'), event('TaskScheduled'), event('TaskFailed'), event('TaskScheduled')];
  const second = [entered('ChoiceStateEntered'), entered('WaitStateEntered'), event('WaitStateExited')];
  expect(billed([first, second])).toBe(1 + 1 + 2);
  const scheduled = event('LambdaFunctionScheduled');
  expect(billed([[entered('TaskStateEntered'), scheduled, event('LambdaFunctionFailed'), scheduled]])).toBe(1 + 1);
  expect(billed([])).toBe(0);
});
