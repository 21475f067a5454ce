import { Logger } from '@aws-lambda-powertools/logger';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Table, table } from '../runtime/table.ts';
import { isRunning, stepFunctions, waker, wakeUpWith } from './executions.ts';
import { admitWaiters, holders, leave, type WakeUp } from './gate.ts';
import { getTenant } from './tenant-registry.ts';

const logger = new Logger({ serviceName: 'repair-gates' });

/**
 * On a schedule: repairs what a crash between two writes can leave behind. A holder whose execution no longer runs
 * leaves the gate, and waiters that nobody woke are let in. An operation whose compensation failed keeps the gate: its
 * redrive goes on inside.
 */
export async function handler(): Promise<{ gates: number; left: number }> {
  return repairGates(table(), (executionArn) => isRunning(stepFunctions(), executionArn), wakeUpWith(waker()));
}

/** The repair itself; `left` counts the dead holders that were taken out. */
export async function repairGates(
  registry: Table,
  running: (executionArn: string) => Promise<boolean>,
  wakeUp: WakeUp,
): Promise<{ gates: number; left: number }> {
  const gates = new Set([...(await listed(registry, 'GATE')), ...(await listed(registry, 'WAITER'))]);
  let left = 0;
  for (const gate of gates) {
    for (const [operationId, holder] of Object.entries((await holders(registry, gate)) ?? {})) {
      if ((await running(holder.executionArn)) || (await keepsGate(registry, gate))) continue;
      await leave(registry, gate, operationId, 1, wakeUp);
      left++;
      logger.warn('took a dead operation out of its gate', { gate, operationId, executionArn: holder.executionArn });
    }
    await admitWaiters(registry, gate, 1, wakeUp);
  }
  return { gates: gates.size, left };
}

async function keepsGate(registry: Table, gate: string): Promise<boolean> {
  const [kind, tenantId] = gate.split('#');
  if (kind !== 'tenant' || !tenantId) return false;
  const tenant = await getTenant(registry, tenantId);
  return tenant?.state === 'COMPENSATING' || tenant?.state === 'COMPENSATION_FAILED';
}

/** Names of the gates that somebody is in or waits at, from the index. */
async function listed(registry: Table, entity: 'GATE' | 'WAITER'): Promise<string[]> {
  const gates: string[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await registry.client.send(
      new QueryCommand({
        TableName: registry.name,
        IndexName: 'by-entity',
        KeyConditionExpression: 'entity = :entity',
        ExpressionAttributeValues: { ':entity': entity },
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    gates.push(...(page.Items ?? []).map((item) => String(item['gate'])));
    start = page.LastEvaluatedKey;
  } while (start);
  return gates;
}
