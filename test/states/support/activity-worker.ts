import {
  GetActivityTaskCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  SFNServiceException,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';

/** What the workers of one activity saw over all lives of the local cloud. */
export interface Work {
  /** Task inputs whose result the service acknowledged. */
  readonly acknowledged: Set<string>;
  /** Task inputs that were handed out again after their result had been acknowledged. */
  readonly repeated: string[];
}

/** Answers tasks of the activity with their own input until `signal` aborts or the service is gone. */
export async function workOn(client: SFNClient, activityArn: string, work: Work, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await workOnce(client, activityArn, work, signal);
    } catch (error) {
      // The service was killed: what it had not acknowledged, it may have lost.
      if (signal.aborted || !(error instanceof SFNServiceException)) return;
      throw error;
    }
  }
}

async function workOnce(client: SFNClient, activityArn: string, work: Work, signal: AbortSignal): Promise<void> {
  const task = await client.send(new GetActivityTaskCommand({ activityArn }), { abortSignal: signal });
  if (!task.taskToken || task.input === undefined) return;
  if (work.acknowledged.has(task.input)) work.repeated.push(task.input);
  try {
    const result = new SendTaskSuccessCommand({ taskToken: task.taskToken, output: task.input });
    await client.send(result, { abortSignal: signal });
    work.acknowledged.add(task.input);
  } catch (error) {
    // Somebody else gets the task.
    if (!(error instanceof TaskTimedOut)) throw error;
  }
}
