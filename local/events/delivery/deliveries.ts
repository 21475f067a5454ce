import { randomUUID } from 'node:crypto';
import type { Timer } from '../../kernel/clock.ts';
import type { Cloud } from '../../kernel/service.ts';
import type { BusEvent } from '../bus-event.ts';
import type { EventsOptions } from '../parts.ts';
import type { DeliveryRecord, EventsStore, RuleRecord } from '../records.ts';
import { sendToDeadLetterQueue } from './dead-letters.ts';
import { type DeliveryFailure, deliveryFailure } from './failures.ts';
import { nextAttempt } from './retry-policy.ts';
import type { ForwardToBus } from './targets.ts';
import { invokeTarget } from './targets.ts';

/** Takes events to targets, at least once, across restarts. */
export interface Deliveries {
  /** Records one delivery for each target of the rule and returns their ids. Durable with the transaction around it. */
  plan(rule: RuleRecord, event: BusEvent): string[];
  /** Attempts what was planned. */
  start(ids: readonly string[]): void;
  /** After a restart: goes on with every delivery that was not finished. */
  resume(): void;
  /** No attempt begins afterwards; resolves when those under way have ended. */
  stop(): Promise<void>;
}

/** A restarted local cloud gives its services this long to resume their own work before deliveries reach them. */
const RESUME_DELAY = 200;

/** Deliveries over the records in the store. `forward` puts an event on another bus. */
export function createDeliveries(
  cloud: Cloud,
  records: EventsStore,
  forward: ForwardToBus,
  options: EventsOptions,
): Deliveries {
  const timers = new Set<Timer>();
  const underWay = new Set<Promise<void>>();
  let stopped = false;

  function at(time: number, id: string): void {
    const timer = cloud.clock.at(time, () => {
      timers.delete(timer);
      begin(id);
    });
    timers.add(timer);
  }

  function begin(id: string): void {
    if (stopped) return;
    const release = cloud.clock.hold('events: delivery');
    const attempt = deliver(id).finally(() => {
      underWay.delete(attempt);
      release();
    });
    underWay.add(attempt);
  }

  async function deliver(id: string): Promise<void> {
    const delivery = records.deliveries.get(id);
    if (!delivery) return;
    try {
      await invokeTarget(cloud, delivery, forward);
    } catch (error) {
      await afterFailure(delivery, deliveryFailure(error));
      return;
    }
    records.deliveries.delete(id);
    cloud.emit({ type: 'events.delivered', detail: { eventId: delivery.eventId, target: delivery.target.Arn } });
  }

  async function afterFailure(delivery: DeliveryRecord, failure: DeliveryFailure): Promise<void> {
    const next = failure.retriable ? nextAttempt(delivery, cloud.clock.now()) : undefined;
    if (next && 'at' in next) {
      const retried = { ...delivery, failedAttempts: delivery.failedAttempts + 1, nextAttemptAt: next.at };
      records.deliveries.put(delivery.id, retried);
      if (!stopped) at(next.at, delivery.id);
      return;
    }
    await sendToDeadLetterQueue(cloud, delivery, failure, next?.exhausted);
    records.deliveries.delete(delivery.id);
  }

  return {
    plan(rule, event) {
      return rule.targets.flatMap((target) => {
        const delivery = planned(rule, target, event, cloud.clock.now());
        const { eventId, ruleArn } = delivery;
        const extra = options.extraDeliveries?.({ eventId, ruleArn, targetId: target.Id }) ?? 0;
        return Array.from({ length: 1 + extra }, () => {
          const id = `${String(delivery.ingestedAt).padStart(16, '0')}-${randomUUID()}`;
          records.deliveries.put(id, { ...delivery, id });
          return id;
        });
      });
    },
    start(ids) {
      for (const id of ids) begin(id);
    },
    resume() {
      const earliest = cloud.clock.now() + RESUME_DELAY;
      for (const [id, delivery] of records.deliveries.entries()) at(Math.max(delivery.nextAttemptAt, earliest), id);
    },
    async stop() {
      stopped = true;
      for (const timer of timers) timer.cancel();
      timers.clear();
      await Promise.allSettled(underWay);
    },
  };
}

function planned(rule: RuleRecord, target: DeliveryRecord['target'], event: BusEvent, now: number): DeliveryRecord {
  return {
    id: '',
    ruleArn: rule.arn,
    ruleName: rule.name,
    accountId: rule.bus.accountId,
    region: rule.bus.region,
    target,
    eventId: event.id,
    event: event.json,
    ingestedAt: now,
    failedAttempts: 0,
    nextAttemptAt: now,
  };
}
