import type { Cloud, Operation } from '../kernel/service.ts';
import type { SchedulerStore } from './records.ts';
import type { ScheduleTimers } from './timers.ts';

export interface SchedulerOptions {
  /** Between 0 and 1: where in a flexible time window an invocation falls. Default: `Math.random`. */
  random?: () => number;
}

/** What the operations of EventBridge Scheduler share. */
export interface SchedulerParts {
  readonly cloud: Cloud;
  readonly records: SchedulerStore;
  readonly timers: ScheduleTimers;
}

export type Operations = Record<string, Operation>;
