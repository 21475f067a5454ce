import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** Standard workflows, us-east-1. https://aws.amazon.com/step-functions/pricing/ */
export const DOLLARS_PER_TRANSITION = 0.025 / 1_000;

/**
 * State transitions that AWS charges for, from the histories of executions: every state that was entered, and every attempt of a
 * task after its first.
 */
export function billed(histories: readonly (readonly HistoryEvent[])[]): number {
  const count = (test: (event: HistoryEvent) => boolean) =>
    histories.reduce((sum, events) => sum + events.filter(test).length, 0);
  const entered = count((event) => event.stateEnteredEventDetails !== undefined);
  const tasks = count((event) => event.type === 'TaskStateEntered');
  const attempts = count(({ type }) => type === 'TaskScheduled' || type === 'LambdaFunctionScheduled');
  return entered + attempts - tasks;
}
