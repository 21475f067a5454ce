import { Logger } from '@aws-lambda-powertools/logger';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { gateCapacity } from '../../tenancy/gates.ts';
import { GATE_KEEPING_STATES } from '../../tenancy/operations.ts';
import { type Table, table } from '../runtime/table.ts';
import { isRunning, stepFunctions, waker, wakeUpWith } from './executions.ts';
import { admitWaiters, leave, type WakeUp } from './gate.ts';
import { holders } from './gate-records.ts';
import { getTenant } from './tenant-registry.ts';

const logger = new Logger({ serviceName: 'repair-gates' });

/**
 * On a schedule: repairs what a crash between two writes can leave behind. A holder whose execution no longer runs
 * leaves the gate, and waiters that nobody woke are let in. An operation that failed halfway keeps the gate: its
 * redrive goes on inside. Paused gates let nobody in here either.
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
    const capacity = gateCapacity(gate);
    for (const [holderId, holder] of Object.entries((await holders(registry, gate)) ?? {})) {
      if ((await running(holder.executionArn)) || (await keepsGate(registry, gate, holderId))) continue;
      await leave(registry, gate, holderId, capacity, wakeUp);
      left++;
      logger.warn('took a dead execution out of its gate', { gate, holderId, executionArn: holder.executionArn });
    }
    await admitWaiters(registry, gate, capacity, wakeUp);
  }
  return { gates: gates.size, left };
}

async function keepsGate(registry: Table, gate: string, holderId: string): Promise<boolean> {
  const [kind, tenantId] = gate.split('#');
  if (kind !== 'tenant' || !tenantId) return false;
  const tenant = await getTenant(registry, tenantId);
  return tenant?.operationId === holderId && GATE_KEEPING_STATES.includes(tenant.state);
}

/**
 * Names of the gates that somebody is in or waits at, from the index. One item of each gate is read and the rest passed
 * over, so that a long queue costs no more than a short one.
 */
async function listed(registry: Table, entity: 'GATE' | 'WAITER'): Promise<string[]> {
  const gates: string[] = [];
  for (;;) {
    const { Items = [] } = await registry.client.send(
      new QueryCommand({
        TableName: registry.name,
        IndexName: 'by-entity',
        KeyConditionExpression: 'entity = :entity AND pk > :last',
        ExpressionAttributeValues: { ':entity': entity, ':last': `GATE#${gates.at(-1) ?? ''}` },
        Limit: 1,
      }),
    );
    const [first] = Items;
    if (!first) return gates;
    gates.push(String(first['gate']));
  }
}
