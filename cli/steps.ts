import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';

/** A state that an execution went through. */
export interface StepTime {
  state: string;
  /** Name of the nested workflow it belongs to; empty for the operation's own. */
  workflow: string;
  /** How many workflows it is nested in. */
  depth: number;
  status: 'running' | 'succeeded' | 'failed';
  startedAt: Date;
  milliseconds: number | undefined;
  attempts: number;
  error?: string;
  /** The gate at which it waits at this moment. */
  waitsAt?: string;
}

/** The states of an execution and of those it started, in order, with their times, from the histories. */
export async function stepsOf(
  client: Pick<SFNClient, 'send'>,
  executionArn: string,
  { workflow = '', depth = 0 } = {},
): Promise<StepTime[]> {
  const steps: StepTime[] = [];
  const open = new Map<string, StepTime>();
  // Not the last of `steps`: that may belong to a nested workflow.
  let current: StepTime | undefined;
  for (const event of await history(client, executionArn)) {
    const entered = event.stateEnteredEventDetails?.name;
    if (entered) {
      const step: StepTime = {
        state: entered,
        workflow,
        depth,
        status: 'running',
        startedAt: event.timestamp ?? new Date(0),
        milliseconds: undefined,
        attempts: 0,
      };
      steps.push(step);
      open.set(entered, step);
      current = step;
    }
    if (current) observe(current, event);
    const nested = nestedArn(event);
    if (nested)
      steps.push(...(await stepsOf(client, nested, { workflow: nested.split(':').at(-2) ?? '', depth: depth + 1 })));
    const left = event.stateExitedEventDetails?.name;
    const closed = left ? open.get(left) : undefined;
    if (closed) close(closed, event);
  }
  return steps;
}

function observe(step: StepTime, event: HistoryEvent): void {
  if (event.type === 'TaskScheduled' || event.type === 'LambdaFunctionScheduled') step.attempts++;
  const gate = gateOf(event, step.state);
  if (gate) step.waitsAt = gate;
  if (event.type === 'TaskSucceeded' || event.type === 'TaskFailed' || event.type === 'TaskTimedOut')
    delete step.waitsAt;
  const failed = event.taskFailedEventDetails ?? event.lambdaFunctionFailedEventDetails;
  if (failed?.error) step.error = failed.error;
  if (event.type === 'ExecutionFailed' || event.type === 'ExecutionAborted' || event.type === 'ExecutionTimedOut') {
    step.status = 'failed';
    delete step.waitsAt;
    step.milliseconds = (event.timestamp?.getTime() ?? 0) - step.startedAt.getTime();
  }
}

function close(step: StepTime, event: HistoryEvent): void {
  step.status = 'succeeded';
  step.milliseconds = (event.timestamp?.getTime() ?? 0) - step.startedAt.getTime();
}

/**
 * The gate at which a task with a callback begins to wait; that of the tenant's operations has no name of its own. Other callbacks
 * wait for no turn: for the end of a grace period, for the product.
 */
function gateOf(event: HistoryEvent, state: string): string | undefined {
  const { resource, parameters } = event.taskScheduledEventDetails ?? {};
  if (!resource?.endsWith('.waitForTaskToken') || !parameters) return undefined;
  const { Payload } = JSON.parse(parameters) as { Payload?: { gate?: string; tenantId?: string } };
  return Payload?.gate ?? (state === 'Admit' ? `operations of ${Payload?.tenantId}` : undefined);
}

/** ARN of the execution that a startExecution task submitted. */
function nestedArn(event: HistoryEvent): string | undefined {
  const { resourceType, output } = event.taskSubmittedEventDetails ?? {};
  if (resourceType !== 'states' || !output) return undefined;
  const { ExecutionArn } = JSON.parse(output) as { ExecutionArn?: string };
  return ExecutionArn;
}

async function history(client: Pick<SFNClient, 'send'>, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, nextToken }));
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return events;
}
