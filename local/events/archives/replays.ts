import type { Timer } from '../../kernel/clock.ts';
import type { Cloud } from '../../kernel/service.ts';
import { withReplayName } from '../bus-event.ts';
import type { Deliveries } from '../delivery/deliveries.ts';
import { type ArchivedEvent, type EventsStore, type ReplayRecord, regionalKey } from '../records.ts';
import type { Router } from '../router.ts';

/** Puts archived events on their bus again. */
export interface Replays {
  start(replay: ReplayRecord): void;
  /** After a restart: goes on with the replays that were running. */
  resume(): void;
  stop(): void;
}

/** A replay takes the events of one minute after the other; this long between two of them. */
const WINDOW = 60_000;
const PAUSE = 1_000;

/** Key of the replay with this name. */
export function replayKey(scope: { accountId: string; region: string }, name: string): string {
  return regionalKey(scope, name);
}

/**
 * Replays over the records in the store. Events come in windows of a minute of their own time, with `replay-name`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
 */
export function createReplays(cloud: Cloud, records: EventsStore, router: Router, deliveries: Deliveries): Replays {
  const timers = new Map<string, Timer>();

  function later(key: string): void {
    timers.set(
      key,
      cloud.clock.at(cloud.clock.now() + PAUSE, () => step(key)),
    );
  }

  /** Replays one window, or ends the replay. */
  function step(key: string): void {
    timers.delete(key);
    const replay = records.replays.get(key);
    if (!replay) return;
    const window = replay.state === 'CANCELLING' ? [] : nextWindow(replay);
    if (window.length === 0) {
      const state = replay.state === 'CANCELLING' ? 'CANCELLED' : 'COMPLETED';
      records.replays.put(key, { ...replay, state, endedAt: cloud.clock.now() });
      return;
    }
    const planned = cloud.store.transaction(() => {
      const [position] = window.at(-1) ?? [];
      records.replays.put(key, {
        ...replay,
        state: 'RUNNING',
        ...(position && { position, lastReplayedAt: timeOf(position) }),
      });
      const onlyRules = replay.ruleArns.length > 0 ? replay.ruleArns : undefined;
      return window.flatMap(([, { event }]) => router.route(replay.bus, withReplayName(event, replay.name), onlyRules));
    });
    deliveries.start(planned);
    later(key);
  }

  /** The archived events of the first minute that has some, behind what was replayed. */
  function nextWindow(replay: ReplayRecord): [string, ArchivedEvent][] {
    const left = records.archivedEvents
      .entries(`${replay.archiveArn}|`)
      .filter(([key]) => timeOf(key) >= replay.from && timeOf(key) < replay.to && key > (replay.position ?? ''));
    const first = left[0];
    return first
      ? left.filter(([key]) => Math.floor(timeOf(key) / WINDOW) === Math.floor(timeOf(first[0]) / WINDOW))
      : [];
  }

  return {
    start: (replay) => later(replayKey({ accountId: replay.bus.accountId, region: replay.bus.region }, replay.name)),
    resume() {
      for (const [key, replay] of records.replays.entries()) {
        if (replay.endedAt === undefined) later(key);
      }
    },
    stop() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}

/** The event time in the key of an archived event. */
function timeOf(key: string): number {
  return Number(key.split('|').at(-2));
}
