import type { Timer } from '../../kernel/clock.ts';
import type { Cloud } from '../../kernel/service.ts';
import type { BusEvent } from '../bus-event.ts';
import { type CompiledPattern, compilePattern } from '../pattern/compile.ts';
import { type FlatEvent, matchesPattern } from '../pattern/match.ts';
import { type ArchiveRecord, type BusAddress, busKey, type EventsStore, regionalKey } from '../records.ts';

/** Keeps the events of a bus in its archives, for as long as each archive says. */
export interface Archives {
  /** Adds the event to the archives of the bus whose pattern it matches; replayed events are not archived again. */
  add(bus: BusAddress, event: BusEvent, fields: FlatEvent): void;
  /** To be called whenever archives changed. */
  archivesChanged(): void;
  /** Removes what is past its retention, now and once a simulated day. */
  resume(): void;
  stop(): void;
}

const DAY = 86_400_000;

/** Key prefix of the events of an archive; keys sort by event time. */
export function archivedEventsPrefix(archive: Pick<ArchiveRecord, 'arn'>): string {
  return `${archive.arn}|`;
}

/** The archives over the records in the store. */
export function createArchives(cloud: Cloud, records: EventsStore): Archives {
  let byBus: Map<string, { key: string; pattern: CompiledPattern | undefined }[]> | undefined;
  let timer: Timer | undefined;

  function archivesOf(bus: BusAddress) {
    byBus ??= Map.groupBy(
      records.archives.entries().map(([key, archive]) => ({
        key,
        bus: busKey(archive.bus),
        pattern: archive.eventPattern === undefined ? undefined : compilePattern(archive.eventPattern),
      })),
      (archive) => archive.bus,
    );
    return byBus.get(busKey(bus)) ?? [];
  }

  function store(key: string, event: BusEvent): void {
    const archive = records.archives.get(key);
    if (!archive) return;
    const entry = `${archivedEventsPrefix(archive)}${String(event.time).padStart(16, '0')}|${event.id}`;
    records.archivedEvents.put(entry, { event: event.json, eventId: event.id, archivedAt: cloud.clock.now() });
    const sizeBytes = archive.sizeBytes + Buffer.byteLength(event.json);
    records.archives.put(key, { ...archive, eventCount: archive.eventCount + 1, sizeBytes });
  }

  function expire(): void {
    timer = cloud.clock.at(cloud.clock.now() + DAY, expire, { background: true });
    for (const [key, archive] of records.archives.entries()) {
      if (archive.retentionDays > 0) cloud.store.transaction(() => expireArchive(key, archive));
    }
  }

  function expireArchive(key: string, archive: ArchiveRecord): void {
    const oldest = cloud.clock.now() - archive.retentionDays * DAY;
    const expired = records.archivedEvents
      .entries(archivedEventsPrefix(archive))
      .filter(([, { archivedAt }]) => archivedAt < oldest);
    if (expired.length === 0) return;
    for (const [entry] of expired) records.archivedEvents.delete(entry);
    const bytes = expired.reduce((sum, [, { event }]) => sum + Buffer.byteLength(event), 0);
    const left = { eventCount: archive.eventCount - expired.length, sizeBytes: archive.sizeBytes - bytes };
    records.archives.put(key, { ...archive, ...left });
  }

  return {
    add(bus, event, fields) {
      if (fields.has('replay-name')) return;
      for (const { key, pattern } of archivesOf(bus)) {
        if (!pattern || matchesPattern(pattern, fields)) store(key, event);
      }
    },
    archivesChanged() {
      byBus = undefined;
    },
    resume: expire,
    stop: () => timer?.cancel(),
  };
}

/** Key of the archive with this name. */
export function archiveKey(scope: { accountId: string; region: string }, name: string): string {
  return regionalKey(scope, name);
}
