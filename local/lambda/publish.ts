import { randomUUID } from 'node:crypto';
import type { FunctionRecord, VersionRecord } from './function-store.ts';
import type { LambdaParts } from './parts.ts';

/** Freezes `$LATEST` as the next version, unless the newest version equals it already. */
export function publish(parts: LambdaParts, record: FunctionRecord, description?: string): VersionRecord {
  const newest = record.published.at(-1);
  if (newest?.codeSha256 === record.latest.codeSha256 && newest.lastModified >= record.latest.lastModified)
    return newest;
  const version: VersionRecord = {
    ...record.latest,
    ...(description !== undefined && { description }),
    version: String(record.lastVersion + 1),
    revisionId: randomUUID(),
  };
  record.published = [...record.published, version];
  record.lastVersion++;
  parts.functions.put(record);
  return version;
}
