import { GetExecutionHistoryCommand, type HistoryEvent, type SFNClient } from '@aws-sdk/client-sfn';

/** The histories of an execution and of all that it started and waited for. */
export async function histories(stepFunctions: SFNClient, executionArn: string): Promise<HistoryEvent[][]> {
  const own = await history(stepFunctions, executionArn);
  const nested = await Promise.all(own.flatMap(nestedArn).map((arn) => histories(stepFunctions, arn)));
  return [own, ...nested.flat()];
}

async function history(stepFunctions: SFNClient, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await stepFunctions.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, nextToken }),
    );
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return events;
}

function nestedArn({ taskSubmittedEventDetails }: HistoryEvent): string[] {
  const { resourceType, output } = taskSubmittedEventDetails ?? {};
  if (resourceType !== 'states' || !output) return [];
  const { ExecutionArn } = JSON.parse(output) as { ExecutionArn?: string };
  return ExecutionArn ? [ExecutionArn] : [];
}
