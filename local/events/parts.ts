import type { Cloud, Operation } from '../kernel/service.ts';
import type { Archives } from './archives/archives.ts';
import type { Deliveries } from './delivery/deliveries.ts';
import type { EventsStore } from './records.ts';
import type { Router } from './router.ts';
import type { ScheduledRules } from './rules/scheduled-rules.ts';

export interface EventsOptions {
  /**
   * EventBridge delivers at least once: says how many extra times a target gets an event, to test consumers.
   * Default: none.
   */
  extraDeliveries?: (delivery: { eventId: string; ruleArn: string; targetId: string }) => number;
}

/** What the operations of EventBridge share. */
export interface EventsParts {
  readonly cloud: Cloud;
  readonly records: EventsStore;
  readonly router: Router;
  readonly deliveries: Deliveries;
  readonly scheduledRules: ScheduledRules;
  readonly archives: Archives;
}

export type Operations = Record<string, Operation>;
