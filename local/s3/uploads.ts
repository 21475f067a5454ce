import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud, OperationInput } from '../kernel/service.ts';
import type { Buckets } from './buckets.ts';
import type { Encryption } from './encryption.ts';
import type { Objects } from './objects.ts';
import { openBody, sealBody } from './sealed-body.ts';

interface UploadRecord {
  Bucket: string;
  Key: string;
  contentType?: string;
  metadata?: Record<string, string>;
  encryption?: Encryption;
  /** Part number -> MD5 of what is stored, and file. */
  parts: Record<string, { md5: string; file: string; size: number }>;
}

/** Multipart uploads. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
export interface Uploads {
  create(input: OperationInput, encryption?: Encryption): { Bucket: string; Key: string; UploadId: string };
  /** How the object will be encrypted. Throws NoSuchUpload. */
  encryption(input: OperationInput): Encryption | undefined;
  /** `dataKey` is that of the upload's encryption, if it has one. */
  putPart(input: OperationInput, body: Uint8Array, dataKey?: Uint8Array): { ETag: string };
  /** Throws InvalidPart, InvalidPartOrder and EntityTooSmall. */
  complete(input: OperationInput, parts: readonly OperationInput[], dataKey?: Uint8Array): Record<string, unknown>;
  abort(input: OperationInput): object;
}

/** Every part but the last has at least 5 MiB. */
const SMALLEST_PART = 5 * 1024 * 1024;

export function createUploads(cloud: Cloud, buckets: Buckets, objects: Objects): Uploads {
  const uploads = cloud.store.collection<UploadRecord>('s3.uploads');
  const path = (file: string) => join(cloud.store.folder('s3'), file);
  const idOf = (input: OperationInput) => String(input.UploadId ?? input.uploadId);

  function requireUpload(input: OperationInput): UploadRecord {
    const upload = uploads.get(idOf(input));
    if (upload && upload.Bucket === input.Bucket && upload.Key === input.Key) return upload;
    throw new AwsError(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      { status: 404 },
    );
  }

  function drop(input: OperationInput, upload: UploadRecord): void {
    for (const part of Object.values(upload.parts)) rmSync(path(part.file), { force: true });
    uploads.delete(idOf(input));
  }

  return {
    create(input, encryption) {
      buckets.require(input.Bucket);
      const UploadId = randomUUID().replaceAll('-', '');
      const { Bucket, Key } = input;
      const { ContentType: contentType, Metadata: metadata } = input;
      uploads.put(UploadId, { Bucket, Key, contentType, metadata, parts: {}, ...(encryption && { encryption }) });
      return { Bucket, Key, UploadId };
    },
    encryption: (input) => requireUpload(input).encryption,
    putPart(input, body, dataKey) {
      const upload = requireUpload(input);
      const number = String(input.PartNumber ?? input.partNumber);
      const stored = dataKey ? sealBody(dataKey, body) : body;
      const md5 = createHash('md5').update(stored).digest('hex');
      const file = `part-${randomUUID()}`;
      writeFileSync(path(file), stored);
      const replaced = upload.parts[number];
      uploads.put(idOf(input), {
        ...upload,
        parts: { ...upload.parts, [number]: { md5, file, size: body.byteLength } },
      });
      if (replaced) rmSync(path(replaced.file), { force: true });
      return { ETag: `"${md5}"` };
    },
    complete(input, parts, dataKey) {
      const upload = requireUpload(input);
      const numbers = parts.map((part) => Number(part.PartNumber));
      if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
        throw new AwsError(
          'InvalidPartOrder',
          'The list of parts was not in ascending order. Parts must be ordered by part number.',
        );
      }
      const chosen = parts.map((part) => {
        const found = upload.parts[String(part.PartNumber)];
        if (!found || String(part.ETag).replaceAll('"', '') !== found.md5) {
          throw new AwsError(
            'InvalidPart',
            "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
          );
        }
        return found;
      });
      if (chosen.slice(0, -1).some((part) => part.size < SMALLEST_PART)) {
        throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
      }
      const digests = createHash('md5')
        .update(Buffer.from(chosen.map((part) => part.md5).join(''), 'hex'))
        .digest('hex');
      const ETag = `"${digests}-${chosen.length}"`;
      const opened = (stored: Buffer) => (dataKey ? openBody(dataKey, stored) : stored);
      const body = Buffer.concat(chosen.map((part) => opened(readFileSync(path(part.file)))));
      const { Bucket, Key, contentType, metadata, encryption } = upload;
      objects.put(buckets.require(Bucket), Key, {
        body: dataKey ? sealBody(dataKey, body) : body,
        size: body.byteLength,
        ETag,
        ...(encryption && { encryption }),
        ...(contentType !== undefined && { contentType }),
        ...(metadata && { metadata }),
      });
      drop(input, upload);
      return { Location: `${cloud.endpoint}/${Bucket}/${Key}`, Bucket, Key, ETag };
    },
    abort(input) {
      drop(input, requireUpload(input));
      return {};
    },
  };
}
