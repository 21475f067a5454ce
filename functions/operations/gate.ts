import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { conditionFailed, type Table } from '../runtime/table.ts';

/** Someone who waits at a gate, in an execution that stands at a `.waitForTaskToken` state. */
export interface Waiter {
  gate: string;
  operationId: string;
  executionArn: string;
  taskToken: string;
  enqueuedAt: string;
}

/** Who is inside a gate: operation id -> execution. */
export type Holders = Record<string, { executionArn: string; since: string }>;

/** Tells a waiter's execution that its turn has come (SendTaskSuccess); `gone` when it no longer waits. */
export type WakeUp = (taskToken: string) => Promise<'woken' | 'gone'>;

const gateKey = (gate: string) => ({ pk: `GATE#${gate}`, sk: 'GATE' });
const waiterKey = (waiter: Pick<Waiter, 'gate' | 'enqueuedAt' | 'operationId'>) => ({
  pk: `GATE#${waiter.gate}`,
  sk: `WAITER#${waiter.enqueuedAt}#${waiter.operationId}`,
});

/** The gate that lets one operation of a tenant run at a time. */
export function tenantGate(tenantId: string): string {
  return `tenant#${tenantId}`;
}

/** Puts a waiter at the end of the queue, durably, before anything else happens. */
export async function enqueue(table: Table, waiter: Waiter): Promise<void> {
  await table.client.send(
    new PutCommand({ TableName: table.name, Item: { ...waiterKey(waiter), entity: 'WAITER', ...waiter } }),
  );
}

/**
 * Lets waiters in, first come first served, while there is room. Safe to run any number of times, by anyone, at any
 * moment: entering is one conditional write, and a waiter whose wake-up was lost is woken again.
 */
export async function admitWaiters(table: Table, gate: string, capacity: number, wakeUp: WakeUp): Promise<void> {
  for (const waiter of await waiters(table, gate)) {
    const entry = await enter(table, waiter, capacity);
    if (entry === 'full') return;
    const outcome = await wakeUp(waiter.taskToken);
    // One who was inside before and no longer waits had been woken: only its place in the queue was left over.
    if (outcome === 'gone' && entry === 'entered') await removeHolder(table, gate, waiter.operationId);
    await table.client.send(new DeleteCommand({ TableName: table.name, Key: waiterKey(waiter) }));
  }
}

/** Leaves the gate and lets the next one in. Leaving twice is leaving once. */
export async function leave(
  table: Table,
  gate: string,
  operationId: string,
  capacity: number,
  wakeUp: WakeUp,
): Promise<void> {
  await removeHolder(table, gate, operationId);
  await admitWaiters(table, gate, capacity, wakeUp);
  await removeIfEmpty(table, gate);
}

/** Who is inside, read consistently; `undefined` when the gate does not exist. */
export async function holders(table: Table, gate: string): Promise<Holders | undefined> {
  const answer = await table.client.send(
    new GetCommand({ TableName: table.name, Key: gateKey(gate), ConsistentRead: true }),
  );
  return answer.Item?.['holders'] as Holders | undefined;
}

/** Who waits, oldest first. */
export async function waiters(table: Table, gate: string): Promise<Waiter[]> {
  const answer = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': `GATE#${gate}`, ':prefix': 'WAITER#' },
      ConsistentRead: true,
    }),
  );
  return (answer.Items ?? []) as Waiter[];
}

/** One conditional write: there is room for one more, or the waiter is inside already, or the gate is full. */
async function enter(table: Table, waiter: Waiter, capacity: number): Promise<'entered' | 'inside' | 'full'> {
  const holder = { executionArn: waiter.executionArn, since: new Date().toISOString() };
  if (await makeGate(table, waiter.gate, { [waiter.operationId]: holder })) return 'entered';
  const entered = await conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key: gateKey(waiter.gate),
      UpdateExpression: 'SET holders.#operation = :holder',
      ConditionExpression: 'attribute_not_exists(holders.#operation) AND size(holders) < :capacity',
      ExpressionAttributeNames: { '#operation': waiter.operationId },
      ExpressionAttributeValues: { ':holder': holder, ':capacity': capacity },
    }),
  );
  if (entered) return 'entered';
  const inside = await holders(table, waiter.gate);
  // The gate vanished between the two writes: its last holder left.
  if (!inside) return enter(table, waiter, capacity);
  return Object.hasOwn(inside, waiter.operationId) ? 'inside' : 'full';
}

function makeGate(table: Table, gate: string, first: Holders): Promise<boolean> {
  return conditionally(
    table,
    new PutCommand({
      TableName: table.name,
      Item: { ...gateKey(gate), entity: 'GATE', gate, holders: first },
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );
}

async function removeHolder(table: Table, gate: string, operationId: string): Promise<void> {
  await conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key: gateKey(gate),
      UpdateExpression: 'REMOVE holders.#operation',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#operation': operationId },
    }),
  );
}

/** Gates without holders are not kept: there is one per tenant, and the repair lists them all. */
async function removeIfEmpty(table: Table, gate: string): Promise<void> {
  await conditionally(
    table,
    new DeleteCommand({
      TableName: table.name,
      Key: gateKey(gate),
      ConditionExpression: 'size(holders) = :none',
      ExpressionAttributeValues: { ':none': 0 },
    }),
  );
}

/** Performs a conditional write; false when its condition was not met. */
async function conditionally(table: Table, command: PutCommand | UpdateCommand | DeleteCommand): Promise<boolean> {
  try {
    await table.client.send(command as PutCommand);
    return true;
  } catch (error) {
    if (conditionFailed(error)) return false;
    throw error;
  }
}
