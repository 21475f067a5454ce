import { DescribeExecutionCommand, GetExecutionHistoryCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import type { Installation } from '../../cli/installation.ts';

/** Standard workflows, us-east-1. https://aws.amazon.com/step-functions/pricing/ */
const DOLLARS_PER_TRANSITION = 0.025 / 1_000;

/** Billed state transitions of an operation and of what it started, from the real histories. Retries are transitions too. */
export async function billedTransitions(
  installation: Installation,
  executionArn: string,
): Promise<{ transitions: number; dollars: number }> {
  const transitions = await count(installation, executionArn);
  return { transitions, dollars: transitions * DOLLARS_PER_TRANSITION };
}

async function count(installation: Installation, executionArn: string): Promise<number> {
  await installation.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  const { events = [] } = await installation.stepFunctions.send(
    new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
  );
  const entered = events.filter((event) => event.stateEnteredEventDetails).length;
  const tasks = events.filter((event) => event.type === 'TaskStateEntered').length;
  const scheduled = events.filter(
    (event) => event.type === 'TaskScheduled' || event.type === 'LambdaFunctionScheduled',
  ).length;
  const nested = await Promise.all(events.flatMap(nestedArn).map((arn) => count(installation, arn)));
  return entered + (scheduled - tasks) + nested.reduce((sum, each) => sum + each, 0);
}

function nestedArn(event: HistoryEvent): string[] {
  const { resourceType, output } = event.taskSubmittedEventDetails ?? {};
  if (resourceType !== 'states' || !output) return [];
  const { ExecutionArn } = JSON.parse(output) as { ExecutionArn?: string };
  return ExecutionArn ? [ExecutionArn] : [];
}
