import { randomUUID } from 'node:crypto';
import type { Cloud } from '../../kernel/service.ts';
import type { BusEvent } from '../bus-event.ts';
import type { EventsOptions } from '../parts.ts';
import type { DeliveryRecord, EventsStore, RuleRecord } from '../records.ts';
import { createAttempts } from './attempts.ts';
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

/** Deliveries over the records in the store. `forward` puts an event on another bus. */
export function createDeliveries(
  cloud: Cloud,
  records: EventsStore,
  forward: ForwardToBus,
  options: EventsOptions,
): Deliveries {
  const attempts = createAttempts(cloud, async (id) => {
    const delivery = records.deliveries.get(id);
    if (!delivery) return undefined;
    try {
      await invokeTarget(cloud, delivery, forward);
    } catch (error) {
      return afterFailure(cloud, records, delivery, deliveryFailure(error));
    }
    records.deliveries.delete(id);
    cloud.emit({ type: 'events.delivered', detail: { eventId: delivery.eventId, target: delivery.target.Arn } });
    return undefined;
  });

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
      for (const id of ids) attempts.begin(id);
    },
    resume: () => attempts.resume(records.deliveries.entries().map(([, delivery]) => delivery)),
    stop: attempts.stop,
  };
}

/** When to try again; or, that being useless, the event goes to the dead-letter queue. */
async function afterFailure(
  cloud: Cloud,
  records: EventsStore,
  delivery: DeliveryRecord,
  failure: DeliveryFailure,
): Promise<number | undefined> {
  const next = failure.retriable ? nextAttempt(delivery, cloud.clock.now()) : undefined;
  if (next && 'at' in next) {
    const failedAttempts = delivery.failedAttempts + 1;
    records.deliveries.put(delivery.id, { ...delivery, failedAttempts, nextAttemptAt: next.at });
    return next.at;
  }
  await sendToDeadLetterQueue(cloud, delivery, failure, next?.exhausted);
  records.deliveries.delete(delivery.id);
  return undefined;
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
