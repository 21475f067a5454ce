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
  const status = (await describe(client, executionArn))?.status;
  return status === 'RUNNING' || status === 'PENDING_REDRIVE';
}

/**
 * Whether the execution was redriven after it had ended with so many redrives behind it. By the count, not by the status: the answer may
 * be older than the end that was announced, and then says RUNNING of an execution that has failed.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
 */
export async function isRedriven(
  client: StepFunctions,
  executionArn: string,
  redrivesBefore: number,
): Promise<boolean> {
  const { redriveCount = 0 } = (await describe(client, executionArn)) ?? {};
  return redriveCount > redrivesBefore;
}

/** `undefined` for one that Step Functions does not know. */
async function describe(client: StepFunctions, executionArn: string) {
  try {
    return await client.send(new DescribeExecutionCommand({ executionArn }));
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
