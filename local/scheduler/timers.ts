import type { Timer } from '../kernel/clock.ts';
import type { Cloud } from '../kernel/service.ts';
import { nextOccurrence, parseScheduleExpression } from './expression/schedule-expression.ts';
import type { Invocations } from './invocations.ts';
import { type ScheduleRecord, type SchedulerStore, scheduleKey } from './records.ts';

/** Fires schedules when they are due. */
export interface ScheduleTimers {
  /** Makes the timer of the schedule follow its record; call it after every change. */
  changed(schedule: ScheduleRecord): void;
  deleted(schedule: ScheduleRecord): void;
  /**
   * After a restart: recurring schedules go on from now, and one-time schedules that came due meanwhile fire at once.
   */
  resume(): void;
  stop(): void;
}

/**
 * Timers over the records in the store. Recurring schedules wait in the background (they never make a jumping clock leap); one-time
 * schedules do make it leap. `random` spreads invocations over a flexible time window.
 */
export function createScheduleTimers(
  cloud: Cloud,
  records: SchedulerStore,
  invocations: Invocations,
  random: () => number,
): ScheduleTimers {
  const timers = new Map<string, Timer>();

  function cancel(key: string): void {
    timers.get(key)?.cancel();
    timers.delete(key);
  }

  function arrange(schedule: ScheduleRecord, missedToo = false): void {
    const key = keyOf(schedule);
    cancel(key);
    const next =
      schedule.state === 'ENABLED' && !schedule.completed
        ? nextInvocation(schedule, cloud.clock.now(), missedToo)
        : undefined;
    if (next === undefined) return;
    const window = (schedule.flexibleWindow.MaximumWindowInMinutes ?? 0) * 60_000;
    const due = Math.max(next.time, cloud.clock.now()) + Math.floor(random() * window);
    timers.set(
      key,
      cloud.clock.at(due, () => fire(key, next), { background: next.recurring }),
    );
  }

  function fire(key: string, due: { time: number; recurring: boolean }): void {
    timers.delete(key);
    const schedule = records.schedules.get(key);
    if (!schedule) return;
    const id = cloud.store.transaction(() => {
      const planned = invocations.plan(schedule, due.time);
      if (!due.recurring && schedule.afterCompletion === 'DELETE') records.schedules.delete(key);
      else if (!due.recurring) records.schedules.put(key, { ...schedule, completed: true });
      return planned;
    });
    invocations.start(id);
    if (due.recurring) arrange(schedule);
  }

  return {
    changed: (schedule) => arrange(schedule),
    deleted: (schedule) => cancel(keyOf(schedule)),
    resume() {
      for (const [, schedule] of records.schedules.entries()) arrange(schedule, true);
    },
    stop() {
      for (const key of [...timers.keys()]) cancel(key);
    },
  };
}

function keyOf(schedule: ScheduleRecord): string {
  return scheduleKey(schedule, schedule.group, schedule.name);
}

/** When the schedule is due next, within its start and end dates (which do not concern one-time schedules). */
function nextInvocation(
  schedule: ScheduleRecord,
  now: number,
  missedToo: boolean,
): { time: number; recurring: boolean } | undefined {
  const parsed = parseScheduleExpression(schedule.expression);
  if (!parsed) return undefined;
  const anchor = schedule.startDate ?? schedule.modifiedAt;
  if (parsed.kind === 'at') {
    const time = nextOccurrence(parsed, missedToo ? 0 : now, { anchor, zone: schedule.timeZone });
    return time === undefined ? undefined : { time, recurring: false };
  }
  // A rate with a start date fires on that date too.
  const after = Math.max(now, (schedule.startDate ?? 0) - 1);
  const atStart = parsed.kind === 'rate' && schedule.startDate !== undefined && schedule.startDate > now;
  const time = atStart ? anchor : nextOccurrence(parsed, after, { anchor, zone: schedule.timeZone });
  if (time === undefined || (schedule.endDate !== undefined && time > schedule.endDate)) return undefined;
  return { time, recurring: true };
}
