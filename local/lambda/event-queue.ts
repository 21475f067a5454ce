import { randomUUID } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud } from '../kernel/service.ts';
import { functionArn } from './arn.ts';
import { deliverOutcome } from './destinations.ts';
import type { FunctionRecord, FunctionStore } from './function-store.ts';
import type { InvocationResult, Invoker } from './invoker.ts';

/** An accepted asynchronous invocation; times are simulated milliseconds. */
export interface QueuedEvent {
  requestId: string;
  accountId: string;
  region: string;
  name: string;
  qualifier?: string;
  payload: string;
  acceptedAt: number;
  dueAt: number;
  /** Runs of the function that ended in an error. */
  failures: number;
  /** Attempts the function did not get to see (throttled). */
  throttles: number;
}

/** Two retries: one minute after the first error, two more after the second. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const RETRY_DELAYS = [60_000, 120_000];
const DEFAULT_RETRIES = 2;
const DEFAULT_AGE_SECONDS = 6 * 3600;
/** A throttled event comes back after 1 s, then later and later, up to 5 minutes. */
const LONGEST_THROTTLE_DELAY = 300_000;

export interface EventQueue {
  /** The event is durable when this returns. */
  accept(
    event: Omit<QueuedEvent, 'requestId' | 'acceptedAt' | 'dueAt' | 'failures' | 'throttles'>,
    requestId?: string,
  ): string;
  /** After a restart: goes on with what was accepted. An event that was being processed is processed again. */
  resume(): void;
  /** From now on nothing is started or counted as an attempt: what is pending stays as it is for the next start. */
  stop(): void;
}

/** The queue of asynchronous invocations: durable, at least once, with Lambda's retries on the clock. */
export function createEventQueue(parts: { cloud: Cloud; functions: FunctionStore; invoker: Invoker }): EventQueue {
  const { cloud, functions } = parts;
  const pending = cloud.store.collection<QueuedEvent>('lambda.events');
  let stopped = false;

  function schedule(event: QueuedEvent): void {
    if (event.dueAt > cloud.clock.now()) cloud.clock.at(event.dueAt, () => run(event));
    else run(event);
  }

  /** A jumping clock must not leap between accepting an event and what becomes of it. */
  function run(event: QueuedEvent): void {
    if (stopped) return;
    const resume = cloud.clock.hold(`lambda event ${event.name}`);
    setImmediate(
      () =>
        void process(event)
          .catch((error: unknown) => cloud.log('error', 'asynchronous invocation lost', { error: String(error) }))
          .finally(resume),
    );
  }

  async function process(event: QueuedEvent): Promise<void> {
    if (stopped) return;
    const record = functions.find(event);
    if (!record) {
      pending.delete(event.requestId);
      return;
    }
    try {
      const version = functions.version(record, event);
      const result = await parts.invoker.invoke(record, version, event);
      // A run that the stop has cut short counts for nothing.
      if (!(stopped && result.error)) await finish(record, event, result);
    } catch (error) {
      if (stopped) return;
      if (!(error instanceof AwsError)) {
        cloud.log('error', 'asynchronous invocation could not run', { function: event.name, error: String(error) });
      }
      await later(record, { ...event, throttles: event.throttles + 1 }, throttleDelay(event.throttles));
    }
  }

  async function finish(record: FunctionRecord, event: QueuedEvent, result: InvocationResult): Promise<void> {
    const config = record.eventInvoke[event.qualifier ?? '$LATEST'];
    const retries = config?.maximumRetryAttempts ?? DEFAULT_RETRIES;
    if (!result.error) return await settle(record, event, 'Success', result);
    const failed = { ...event, failures: event.failures + 1 };
    if (failed.failures > retries) return await settle(record, failed, 'RetriesExhausted', result);
    await later(record, failed, RETRY_DELAYS[failed.failures - 1] ?? 120_000, result);
  }

  async function later(record: FunctionRecord, event: QueuedEvent, delay: number, result?: InvocationResult) {
    const config = record.eventInvoke[event.qualifier ?? '$LATEST'];
    const age = (config?.maximumEventAgeInSeconds ?? DEFAULT_AGE_SECONDS) * 1000;
    const next = { ...event, dueAt: cloud.clock.now() + delay };
    if (next.dueAt - event.acceptedAt > age) return await settle(record, event, 'EventAgeExceeded', result);
    pending.put(event.requestId, next);
    schedule(next);
  }

  async function settle(
    record: FunctionRecord,
    event: QueuedEvent,
    condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded',
    result?: InvocationResult,
  ): Promise<void> {
    await deliverOutcome(cloud, functions, record, event, condition, result);
    pending.delete(event.requestId);
  }

  return {
    accept(event, requestId = randomUUID()) {
      const now = cloud.clock.now();
      const queued: QueuedEvent = { ...event, requestId, acceptedAt: now, dueAt: now, failures: 0, throttles: 0 };
      pending.put(requestId, queued);
      schedule(queued);
      return requestId;
    },
    resume() {
      for (const [, event] of pending.entries()) {
        cloud.log('info', 'resuming asynchronous invocation', { function: functionArn(event) });
        schedule(event);
      }
    },
    stop() {
      stopped = true;
    },
  };
}

function throttleDelay(throttles: number): number {
  return Math.min(LONGEST_THROTTLE_DELAY, 1000 * 2 ** throttles);
}
