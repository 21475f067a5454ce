import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { once } from '../runtime/environment.ts';
import type { WakeUp } from './gate.ts';

/** The Step Functions client of the operations. */
export const stepFunctions = once(() => new SFNClient({}));

/**
 * The client that wakes waiters, which never tries again by itself: were the answer to a wake-up lost, a second one would be told
 * that nobody waits, and the gate would take out who has just gone in. The failed step comes again and sees who is inside.
 */
export const waker = once(() => new SFNClient({ maxAttempts: 1 }));

/** The part of Step Functions that the operations need. */
export type StepFunctions = Pick<SFNClient, 'send'>;

/**
 * Wakes executions that wait at a gate. A token that Step Functions no longer knows means that nobody waits.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
 */
export function wakeUpWith(client: StepFunctions): WakeUp {
  return async (taskToken) => {
    try {
      await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify({ admitted: true }) }));
      return 'woken';
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (name === 'TaskTimedOut' || name === 'TaskDoesNotExist' || name === 'InvalidToken') return 'gone';
      throw error;
    }
  };
}

/** Whether the execution runs; one that Step Functions does not know does not. */
export async function isRunning(client: StepFunctions, executionArn: string): Promise<boolean> {
  const status = await statusNow(client, executionArn);
  return status === 'RUNNING' || status === 'PENDING_REDRIVE';
}

/** What the execution's status is now: one that failed may have been redriven since. `undefined` for one that Step Functions does not know. */
export async function statusNow(client: StepFunctions, executionArn: string): Promise<string | undefined> {
  try {
    return (await client.send(new DescribeExecutionCommand({ executionArn }))).status;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}

/** The state that an execution stood in when it failed: the last one it entered. Retries may have filled pages since. */
export async function failedState(client: StepFunctions, executionArn: string): Promise<string | undefined> {
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new GetExecutionHistoryCommand({
        executionArn,
        reverseOrder: true,
        maxResults: 100,
        includeExecutionData: false,
        nextToken,
      }),
    );
    const entered = page.events?.find((event) => event.stateEnteredEventDetails);
    if (entered) return entered.stateEnteredEventDetails?.name;
    nextToken = page.nextToken;
  } while (nextToken);
  return undefined;
}
