import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud } from '../kernel/service.ts';
import type { BucketRecord } from './buckets.ts';
import type { Encryption } from './encryption.ts';

export interface ObjectVersion {
  /** 'null' in a bucket without versioning. */
  VersionId: string;
  deleteMarker?: boolean;
  size: number;
  /** With its quotes. */
  ETag: string;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
  contentType?: string;
  metadata: Record<string, string>;
  /** File name in the s3 folder; none for a delete marker. */
  file?: string;
  retention?: { Mode: string; RetainUntilDate: number };
  /** With a key of KMS; none with S3's own. */
  encryption?: Encryption;
  legalHold?: boolean;
}

interface ObjectRecord {
  /** Newest first. */
  versions: ObjectVersion[];
}

export interface NewObject {
  /** As it is stored: encrypted where there is an encryption. */
  body: Uint8Array;
  /** In bytes, before encryption. Default: the body's. */
  size?: number;
  encryption?: Encryption;
  contentType?: string;
  metadata?: Record<string, string>;
  ETag?: string;
  retention?: ObjectVersion['retention'];
}

/** Objects of all buckets: records in the store, bodies as files in its `s3` folder. */
export interface Objects {
  put(bucket: BucketRecord, key: string, object: NewObject): ObjectVersion;
  /** Throws NoSuchKey and NoSuchVersion. */
  get(bucket: BucketRecord, key: string, versionId?: string): ObjectVersion;
  body(version: ObjectVersion): Buffer;
  /** Adds a delete marker, or removes a version for good. Throws AccessDenied for a locked version. */
  delete(bucket: BucketRecord, key: string, versionId?: string): { VersionId?: string; DeleteMarker?: boolean };
  update(bucket: BucketRecord, key: string, version: ObjectVersion): void;
  /** Current objects in key order. */
  list(bucket: BucketRecord, prefix: string): { Key: string; version: ObjectVersion }[];
  versions(bucket: BucketRecord, prefix: string): { Key: string; version: ObjectVersion; latest: boolean }[];
  isEmpty(bucket: BucketRecord): boolean;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html */
export function createObjects(cloud: Cloud): Objects {
  const records = cloud.store.collection<ObjectRecord>('s3.objects');
  const folder = () => cloud.store.folder('s3');
  const recordKey = (bucket: BucketRecord, key: string) => `${bucket.Name}|${key}`;
  const entries = (bucket: BucketRecord, prefix: string) =>
    records
      .entries(recordKey(bucket, prefix))
      .map(([key, record]) => ({ Key: key.slice(bucket.Name.length + 1), versions: record.versions }));
  const removeFile = (version: ObjectVersion) => {
    if (version.file !== undefined) rmSync(join(folder(), version.file), { force: true });
  };

  function add(bucket: BucketRecord, key: string, version: ObjectVersion): void {
    const before = records.get(recordKey(bucket, key))?.versions ?? [];
    // Without versioning, and while it is suspended, the one "null" version is overwritten.
    const replaced = before.filter((old) => old.VersionId === version.VersionId);
    const kept = before.filter((old) => old.VersionId !== version.VersionId);
    records.put(recordKey(bucket, key), { versions: [version, ...kept] });
    for (const old of replaced) removeFile(old);
  }

  const self: Objects = {
    put(bucket, key, object) {
      const file = randomUUID();
      writeFileSync(join(folder(), file), object.body);
      const version: ObjectVersion = {
        VersionId: newVersionId(bucket),
        size: object.size ?? object.body.byteLength,
        // Of what is stored: with a key of KMS it is not the MD5 of what was put.
        ETag: object.ETag ?? `"${createHash('md5').update(object.body).digest('hex')}"`,
        modifiedAt: cloud.clock.now(),
        contentType: object.contentType,
        metadata: object.metadata ?? {},
        file,
        ...(object.encryption && { encryption: object.encryption }),
        retention: object.retention ?? defaultRetention(bucket, cloud.clock.now()),
      };
      add(bucket, key, version);
      return version;
    },
    get(bucket, key, versionId) {
      const versions = records.get(recordKey(bucket, key))?.versions ?? [];
      const found = versionId === undefined ? versions[0] : versions.find((version) => version.VersionId === versionId);
      if (found && !found.deleteMarker) return found;
      if (versionId !== undefined) {
        throw new AwsError('NoSuchVersion', 'The specified version does not exist.', {
          status: 404,
          fields: { Key: key, VersionId: versionId },
        });
      }
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404, fields: { Key: key } });
    },
    body: (version) => (version.file === undefined ? Buffer.alloc(0) : readFileSync(join(folder(), version.file))),
    delete(bucket, key, versionId) {
      const versions = records.get(recordKey(bucket, key))?.versions ?? [];
      if (versionId === undefined && bucket.versioning !== undefined) {
        const marker = {
          VersionId: newVersionId(bucket),
          deleteMarker: true,
          size: 0,
          ETag: '',
          modifiedAt: cloud.clock.now(),
          metadata: {},
        };
        add(bucket, key, marker);
        return { VersionId: marker.VersionId, DeleteMarker: true };
      }
      const target = versions.find((version) => version.VersionId === (versionId ?? 'null'));
      if (!target) return {};
      refuseLocked(target, cloud.clock.now());
      const kept = versions.filter((version) => version !== target);
      if (kept.length > 0) records.put(recordKey(bucket, key), { versions: kept });
      else records.delete(recordKey(bucket, key));
      removeFile(target);
      return versionId === undefined
        ? {}
        : { VersionId: versionId, ...(target.deleteMarker && { DeleteMarker: true }) };
    },
    update(bucket, key, version) {
      const versions = records.get(recordKey(bucket, key))?.versions ?? [];
      records.put(recordKey(bucket, key), {
        versions: versions.map((old) => (old.VersionId === version.VersionId ? version : old)),
      });
    },
    list: (bucket, prefix) =>
      entries(bucket, prefix).flatMap(({ Key, versions }) => {
        const version = versions[0];
        return version && !version.deleteMarker ? [{ Key, version }] : [];
      }),
    versions: (bucket, prefix) =>
      entries(bucket, prefix).flatMap(({ Key, versions }) =>
        versions.map((version, index) => ({ Key, version, latest: index === 0 })),
      ),
    isEmpty: (bucket) => entries(bucket, '').length === 0,
  };
  return self;
}

function newVersionId(bucket: BucketRecord): string {
  return bucket.versioning === 'Enabled' ? randomUUID().replaceAll('-', '') : 'null';
}

function defaultRetention(bucket: BucketRecord, now: number): ObjectVersion['retention'] {
  const { mode, days } = bucket.objectLock ?? {};
  return mode === undefined || days === undefined
    ? undefined
    : { Mode: mode, RetainUntilDate: now + days * 86_400_000 };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html */
function refuseLocked(version: ObjectVersion, now: number): void {
  if (!version.legalHold && (version.retention?.RetainUntilDate ?? 0) <= now) return;
  throw new AwsError('AccessDenied', 'Access Denied because object protected by object lock.', { status: 403 });
}
