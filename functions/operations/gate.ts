import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { conditionally, type Table } from '../runtime/table.ts';
import {
  enqueue,
  type Gate,
  gateKey,
  type Holders,
  type Pause,
  readGate,
  type Waiter,
  waiterKey,
  waiters,
} from './gate-records.ts';

/** Tells a waiter's execution that its turn has come (SendTaskSuccess); `gone` when it no longer waits. */
export type WakeUp = (taskToken: string) => Promise<'woken' | 'gone'>;

/** Waiters that are read at once: a thousand in the queue cost no more than these. */
const PAGE = 10;

/**
 * Arrives at a gate: into the queue, durably, before anything else happens; then whoever fits is let in. One who is
 * inside already (its execution was replaced) does not wait behind the others.
 */
export async function arrive(table: Table, waiter: Waiter, capacity: number, wakeUp: WakeUp): Promise<void> {
  await enqueue(table, waiter);
  const gate = await readGate(table, waiter.gate);
  if (gate && Object.hasOwn(gate.holders, waiter.holderId)) await letIn(table, waiter, capacity, wakeUp);
  // One who leaves after this look reads the queue after it, and finds the waiter there.
  if (!gate || hasRoom(gate, capacity)) await admitWaiters(table, waiter.gate, capacity, wakeUp);
}

/**
 * Lets waiters in, first come first served, while there is room. Safe to run any number of times, by anyone, at any
 * moment: entering is one conditional write, and a waiter whose wake-up was lost is woken again.
 */
export async function admitWaiters(table: Table, gate: string, capacity: number, wakeUp: WakeUp): Promise<void> {
  for (;;) {
    const first = await waiters(table, gate, PAGE);
    for (const waiter of first) if (!(await letIn(table, waiter, capacity, wakeUp))) return;
    if (first.length < PAGE) return;
  }
}

/** Lets one waiter in, wakes it and takes it out of the queue; false when there is no room. */
async function letIn(table: Table, waiter: Waiter, capacity: number, wakeUp: WakeUp): Promise<boolean> {
  const entry = await enter(table, waiter, capacity);
  if (entry === 'full') return false;
  const outcome = await wakeUp(waiter.taskToken);
  // One who was inside before and no longer waits had been woken: only its place in the queue was left over.
  if (outcome === 'gone' && entry === 'entered') await removeHolder(table, waiter.gate, waiter.holderId);
  if (outcome === 'woken' && entry === 'inside') await handOver(table, waiter);
  await table.client.send(new DeleteCommand({ TableName: table.name, Key: waiterKey(waiter) }));
  return true;
}

/** Leaves the gate and lets the next one in. Leaving twice is leaving once. */
export async function leave(
  table: Table,
  gate: string,
  holderId: string,
  capacity: number,
  wakeUp: WakeUp,
): Promise<void> {
  await removeHolder(table, gate, holderId);
  await admitWaiters(table, gate, capacity, wakeUp);
  await removeIfEmpty(table, gate);
}

/**
 * Closes the gate until {@link resumeGate}: nobody is let in, whoever waits stays in the queue. Who ran into the reason leaves;
 * the others inside go on. Pausing a paused gate keeps the first reason.
 */
export async function pauseGate(table: Table, gate: string, pause: Pause): Promise<void> {
  await makeGate(table, gate, {});
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: gateKey(gate),
      // A gate that vanished after it was made comes back with its pause: its last holder left between the two writes.
      UpdateExpression:
        'SET paused = if_not_exists(paused, :pause), holders = if_not_exists(holders, :none), entity = :entity, gate = :gate',
      ExpressionAttributeValues: { ':pause': pause, ':none': {}, ':entity': 'GATE', ':gate': gate },
    }),
  );
  await removeHolder(table, gate, pause.holderId);
}

/** Opens a paused gate and lets in whoever fits. Resuming an open gate changes nothing. */
export async function resumeGate(table: Table, gate: string, capacity: number, wakeUp: WakeUp): Promise<void> {
  await conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key: gateKey(gate),
      UpdateExpression: 'REMOVE paused',
      ConditionExpression: 'attribute_exists(pk)',
    }),
  );
  await admitWaiters(table, gate, capacity, wakeUp);
  await removeIfEmpty(table, gate);
}

function hasRoom(gate: Gate, capacity: number): boolean {
  return !gate.paused && Object.keys(gate.holders).length < capacity;
}

/** One conditional write: there is room for one more, or the waiter is inside already, or the gate is full or paused. */
async function enter(table: Table, waiter: Waiter, capacity: number): Promise<'entered' | 'inside' | 'full'> {
  const holder = { executionArn: waiter.executionArn, since: new Date().toISOString() };
  if (await makeGate(table, waiter.gate, { [waiter.holderId]: holder })) return 'entered';
  const entered = await conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key: gateKey(waiter.gate),
      UpdateExpression: 'SET holders.#holder = :holder',
      ConditionExpression:
        'attribute_not_exists(paused) AND attribute_not_exists(holders.#holder) AND size(holders) < :capacity',
      ExpressionAttributeNames: { '#holder': waiter.holderId },
      ExpressionAttributeValues: { ':holder': holder, ':capacity': capacity },
    }),
  );
  if (entered) return 'entered';
  const gate = await readGate(table, waiter.gate);
  // The gate vanished between the two writes: its last holder left.
  if (!gate) return enter(table, waiter, capacity);
  if (Object.hasOwn(gate.holders, waiter.holderId)) return 'inside';
  return hasRoom(gate, capacity) ? enter(table, waiter, capacity) : 'full';
}

/** The place inside now belongs to the execution that replaced another: the repair looks whether that one runs. */
async function handOver(table: Table, waiter: Waiter): Promise<void> {
  await conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key: gateKey(waiter.gate),
      UpdateExpression: 'SET holders.#holder.executionArn = :arn',
      ConditionExpression: 'attribute_exists(holders.#holder)',
      ExpressionAttributeNames: { '#holder': waiter.holderId },
      ExpressionAttributeValues: { ':arn': waiter.executionArn },
    }),
  );
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

async function removeHolder(table: Table, gate: string, holderId: string): Promise<void> {
  await conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key: gateKey(gate),
      UpdateExpression: 'REMOVE holders.#holder',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#holder': holderId },
    }),
  );
}

/** Open gates without holders are not kept: there is one per tenant, and the repair lists them all. */
async function removeIfEmpty(table: Table, gate: string): Promise<void> {
  await conditionally(
    table,
    new DeleteCommand({
      TableName: table.name,
      Key: gateKey(gate),
      ConditionExpression: 'size(holders) = :none AND attribute_not_exists(paused)',
      ExpressionAttributeValues: { ':none': 0 },
    }),
  );
}
