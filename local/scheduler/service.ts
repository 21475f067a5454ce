import type { Cloud, Service } from '../kernel/service.ts';
import { groupOperations } from './group-operations.ts';
import { createInvocations } from './invocations.ts';
import type { SchedulerOptions, SchedulerParts } from './parts.ts';
import { openSchedulerStore } from './records.ts';
import { scheduleOperations } from './schedule-operations.ts';
import { tagOperations } from './tag-operations.ts';
import { createScheduleTimers } from './timers.ts';

/**
 * Amazon EventBridge Scheduler: one-time and recurring schedules with templated targets (Step Functions, Lambda, SQS,
 * EventBridge) and universal ones (`aws-sdk`, any operation of the local cloud).
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/Welcome.html
 */
export function schedulerService(cloud: Cloud, options: SchedulerOptions = {}): Service {
  const records = openSchedulerStore(cloud.store);
  const invocations = createInvocations(cloud, records);
  const timers = createScheduleTimers(cloud, records, invocations, options.random ?? Math.random);
  const parts: SchedulerParts = { cloud, records, timers };
  return {
    name: 'scheduler',
    protocol: { kind: 'rest-json' },
    operations: { ...scheduleOperations(parts), ...groupOperations(parts), ...tagOperations(parts) },
    start() {
      invocations.resume();
      timers.resume();
    },
    async stop() {
      timers.stop();
      await invocations.stop();
    },
  };
}
