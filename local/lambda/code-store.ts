import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AwsError } from '../kernel/errors.ts';
import type { Caller, Cloud, LocalRequest, LocalResponse } from '../kernel/service.ts';
import { readZip, writeZip } from './zip.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_UNPACKED_BYTES = 262_144_000;
const LARGEST_DIRECT_UPLOAD_BYTES = 52_428_800;

/** Where the code of a function version comes from, as CreateFunction and UpdateFunctionCode take it. */
export interface CodeInput {
  readonly ZipFile?: Uint8Array | string;
  readonly S3Bucket?: string;
  readonly S3Key?: string;
  readonly S3ObjectVersion?: string;
  readonly ImageUri?: string;
}

/** Unpacked code. The folder is named after the content, so that equal code is stored once. */
export interface StoredCode {
  /** base64 SHA-256 of the archive, as `CodeSha256`. */
  readonly sha256: string;
  readonly size: number;
}

/** The folder `storeCode` has unpacked the archive with this `CodeSha256` to. */
export function codeFolder(cloud: Cloud, sha256: string): string {
  return join(cloud.store.folder('lambda'), 'code', Buffer.from(sha256, 'base64').toString('hex'));
}

/**
 * Fetches and unpacks the code of a function. The folder appears whole or not at all.
 * Throws InvalidParameterValueException and RequestEntityTooLargeException with Lambda's texts.
 */
export async function storeCode(cloud: Cloud, code: CodeInput | undefined, caller: Caller): Promise<StoredCode> {
  const zip = await archive(cloud, code, caller);
  const sha256 = createHash('sha256').update(zip).digest('base64');
  const folder = codeFolder(cloud, sha256);
  if (!existsSync(folder)) unpack(zip, folder);
  return { sha256, size: zip.byteLength };
}

async function archive(cloud: Cloud, code: CodeInput | undefined, caller: Caller): Promise<Uint8Array> {
  if (code?.ZipFile !== undefined) return direct(code.ZipFile);
  if (code?.S3Bucket && code.S3Key) return await fromS3(cloud, code, caller);
  if (code?.ImageUri) throw invalid('Container images cannot run in the local cloud: give a zip archive');
  throw invalid('Please provide a source for function code.');
}

function direct(zipFile: Uint8Array | string): Uint8Array {
  const zip = typeof zipFile === 'string' ? Buffer.from(zipFile, 'base64') : zipFile;
  if (zip.byteLength > LARGEST_DIRECT_UPLOAD_BYTES) {
    throw new AwsError(
      'RequestEntityTooLargeException',
      'Request must be smaller than 70167211 bytes for the CreateFunction operation',
      { status: 413 },
    );
  }
  return zip;
}

async function fromS3(cloud: Cloud, code: CodeInput, caller: Caller): Promise<Uint8Array> {
  try {
    const object = await cloud.call<{ Body: Uint8Array | string }>(
      's3',
      'GetObject',
      {
        Bucket: code.S3Bucket,
        Key: code.S3Key,
        ...(code.S3ObjectVersion === undefined ? {} : { VersionId: code.S3ObjectVersion }),
      },
      caller,
    );
    return typeof object.Body === 'string' ? Buffer.from(object.Body, 'latin1') : object.Body;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalid(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
      error,
    );
  }
}

function unpack(zip: Uint8Array, folder: string): void {
  const unfinished = `${folder}.${randomUUID()}`;
  try {
    const entries = readZip(zip, LARGEST_UNPACKED_BYTES);
    mkdirSync(unfinished, { recursive: true });
    for (const entry of entries) {
      const path = join(unfinished, entry.path);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, entry.data, { mode: entry.executable ? 0o755 : 0o644 });
    }
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (error instanceof RangeError) {
      throw invalid(`Unzipped size must be smaller than ${LARGEST_UNPACKED_BYTES} bytes`, error);
    }
    throw invalid('Could not unzip uploaded file. Please check your file, then try to upload again.', error);
  }
  writeFileSync(`${unfinished}.zip`, zip);
  renameSync(`${unfinished}.zip`, `${folder}.zip`);
  renameSync(unfinished, folder);
}

/** Serves the archive behind `Code.Location` of GetFunction. */
export async function codeRoute(cloud: Cloud, request: LocalRequest): Promise<LocalResponse> {
  const sha256 = decodeURIComponent(request.path.replace(/^\/?code\//, ''));
  const archivePath = `${codeFolder(cloud, sha256)}.zip`;
  if (!/^[A-Za-z0-9+/]{43}=$/.test(sha256) || !existsSync(archivePath)) return { status: 404, body: 'no such code\n' };
  return { status: 200, headers: { 'content-type': 'application/zip' }, body: await readFile(archivePath) };
}

/** What CloudFormation makes of a template's inline `Code.ZipFile` text: an archive with one `index.js`. */
export function inlineCode(source: string): Uint8Array {
  return writeZip({ 'index.js': source });
}

function invalid(message: string, cause?: unknown): AwsError {
  return new AwsError('InvalidParameterValueException', message, { cause, fields: { Type: 'User' } });
}
