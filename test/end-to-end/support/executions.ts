import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
} from '@aws-sdk/client-sfn';
import { type Clients, stateMachineArn } from './clients.ts';
import { eventually } from './eventually.ts';

/** Names of the onboarding executions of a tenant. They begin with its id. */
export async function onboardings(clients: Clients, tenantId: string): Promise<{ arn: string; status: string }[]> {
  const found: { arn: string; status: string }[] = [];
  let nextToken: string | undefined;
  do {
    const page = await clients.stepFunctions.send(
      new ListExecutionsCommand({ stateMachineArn: stateMachineArn('onboard-tenant'), maxResults: 1000, nextToken }),
    );
    for (const { name = '', executionArn = '', status = '' } of page.executions ?? [])
      if (name.replace(/-[0-9a-f]{16}$/, '') === tenantId) found.push({ arn: executionArn, status });
    nextToken = page.nextToken;
  } while (nextToken);
  return found;
}

/** The execution once it no longer runs. */
export async function ended(clients: Clients, executionArn: string): Promise<DescribeExecutionOutput> {
  return eventually(`the end of ${executionArn}`, async () => {
    const execution = await clients.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    return execution.status === 'RUNNING' ? undefined : execution;
  });
}

/** The whole history of an execution. */
export async function history(clients: Clients, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await clients.stepFunctions.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, nextToken }),
    );
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return events;
}

/** The state that an execution stands in: the last one it entered. */
export async function currentState(clients: Clients, executionArn: string): Promise<string | undefined> {
  const events = await history(clients, executionArn);
  return events.findLast((event) => event.stateEnteredEventDetails)?.stateEnteredEventDetails?.name;
}

/**
 * What AWS charges for an execution and those it started: every state entered, and every attempt of a task after its
 * first. https://aws.amazon.com/step-functions/pricing/
 */
export async function billedTransitions(clients: Clients, executionArn: string): Promise<number> {
  let transitions = 0;
  let attempts = 0;
  for (const event of await history(clients, executionArn)) {
    if (event.stateEnteredEventDetails) {
      transitions++;
      attempts = 0;
    }
    if (event.type === 'TaskScheduled' && attempts++ > 0) transitions++;
    const child = nestedArn(event);
    if (child) transitions += await billedTransitions(clients, child);
  }
  return transitions;
}

/** ARN of the execution that a startExecution task submitted. */
export function nestedArn(event: HistoryEvent): string | undefined {
  const { resourceType, output } = event.taskSubmittedEventDetails ?? {};
  if (resourceType !== 'states' || !output) return undefined;
  return (JSON.parse(output) as { ExecutionArn?: string }).ExecutionArn;
}
