import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Table } from '../runtime/table.ts';

/** Someone who waits at a gate, in an execution that stands at a `.waitForTaskToken` state. */
export interface Waiter {
  gate: string;
  /** Who enters: an operation at the gate of its tenant, an account's name at those of AWS's limits. */
  holderId: string;
  executionArn: string;
  taskToken: string;
  enqueuedAt: string;
}

/** Who is inside a gate: holder's id -> execution. */
export type Holders = Record<string, { executionArn: string; since: string }>;

/** Why a gate lets nobody in, until it is resumed. */
export interface Pause {
  reason: string;
  /** Who ran into it. */
  holderId: string;
  since: string;
}

export interface Gate {
  holders: Holders;
  paused?: Pause;
}

/** Key of a gate's one item. */
export const gateKey = (gate: string) => ({ pk: `GATE#${gate}`, sk: 'GATE' });
/** Key of a waiter: sorts in the order of arrival. */
export const waiterKey = (waiter: Pick<Waiter, 'gate' | 'enqueuedAt' | 'holderId'>) => ({
  pk: `GATE#${waiter.gate}`,
  sk: `WAITER#${waiter.enqueuedAt}#${waiter.holderId}`,
});

/** Puts a waiter at the end of the queue. */
export async function enqueue(table: Table, waiter: Waiter): Promise<void> {
  await table.client.send(
    new PutCommand({ TableName: table.name, Item: { ...waiterKey(waiter), entity: 'WAITER', ...waiter } }),
  );
}

/** Who is inside and whether it is paused, read consistently; `undefined` when nobody is inside and it is open. */
export async function readGate(table: Table, gate: string): Promise<Gate | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: gateKey(gate), ConsistentRead: true }),
  );
  if (!Item) return undefined;
  return { holders: Item['holders'] as Holders, ...(Item['paused'] && { paused: Item['paused'] as Pause }) };
}

/** Who is inside, read consistently; `undefined` when the gate does not exist. */
export async function holders(table: Table, gate: string): Promise<Holders | undefined> {
  return (await readGate(table, gate))?.holders;
}

/** The first who wait, oldest first: at most `limit`. */
export async function waiters(table: Table, gate: string, limit = 100): Promise<Waiter[]> {
  const answer = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': `GATE#${gate}`, ':prefix': 'WAITER#' },
      ConsistentRead: true,
      Limit: limit,
    }),
  );
  return (answer.Items ?? []) as Waiter[];
}
