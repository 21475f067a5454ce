import { randomUUID } from 'node:crypto';
import type { Timer } from '../../kernel/clock.ts';
import type { Cloud } from '../../kernel/service.ts';
import { nextOccurrence, parseScheduleExpression } from '../../scheduler/expression/schedule-expression.ts';
import { busEvent } from '../bus-event.ts';
import type { Deliveries } from '../delivery/deliveries.ts';
import { type EventsStore, type RuleRecord, ruleKey } from '../records.ts';

/** Fires rules that have a schedule; only their own targets see the event. */
export interface ScheduledRules {
  ruleChanged(rule: RuleRecord): void;
  ruleDeleted(rule: RuleRecord): void;
  /** After a restart: every enabled schedule goes on from now; what was missed meanwhile is not made up for. */
  resume(): void;
  stop(): void;
}

/**
 * Scheduled rules over the records in the store.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
 */
export function createScheduledRules(cloud: Cloud, records: EventsStore, deliveries: Deliveries): ScheduledRules {
  const timers = new Map<string, { expression: string; timer: Timer }>();

  function cancel(key: string): void {
    timers.get(key)?.timer.cancel();
    timers.delete(key);
  }

  function arrange(rule: RuleRecord): void {
    const schedule = parseScheduleExpression(rule.scheduleExpression ?? '');
    const now = cloud.clock.now();
    const next = schedule && nextOccurrence(schedule, now, { anchor: now });
    if (next === undefined) return;
    const key = ruleKey(rule.bus, rule.name);
    const timer = cloud.clock.at(next, () => fire(key, next), { background: true });
    timers.set(key, { expression: rule.scheduleExpression ?? '', timer });
  }

  function fire(key: string, time: number): void {
    timers.delete(key);
    const rule = records.rules.get(key);
    if (rule?.state === 'DISABLED' || rule?.scheduleExpression === undefined) return;
    arrange(rule);
    const event = busEvent({
      id: randomUUID(),
      detailType: 'Scheduled Event',
      source: 'aws.events',
      account: rule.bus.accountId,
      time,
      region: rule.bus.region,
      resources: [rule.arn],
      detail: '{}',
    });
    deliveries.start(cloud.store.transaction(() => deliveries.plan(rule, event)));
  }

  return {
    ruleChanged(rule) {
      const key = ruleKey(rule.bus, rule.name);
      const wanted = rule.state === 'DISABLED' ? undefined : rule.scheduleExpression;
      if (timers.get(key)?.expression === wanted) return;
      cancel(key);
      if (wanted !== undefined) arrange(rule);
    },
    ruleDeleted: (rule) => cancel(ruleKey(rule.bus, rule.name)),
    resume() {
      for (const [, rule] of records.rules.entries()) this.ruleChanged(rule);
    },
    stop() {
      for (const key of [...timers.keys()]) cancel(key);
    },
  };
}
