import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type ExportManifest, exportManifest, manifestKey } from '../../tenancy/transfer/export-manifest.ts';
import type { TenantExport } from '../deprovisioning/write-export.ts';

type S3 = Pick<S3Client, 'send'>;

/** An export's place: the key that `TenantDeprovisioned` names. */
export interface ExportPlace {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The manifest of the export.
 * @throws ExportUnknown if there is none; ExportDamaged if it is not one, or that of another object.
 */
export async function readManifest(s3: S3, { bucket, key }: ExportPlace): Promise<ExportManifest> {
  const body = await read(s3, { Bucket: bucket, Key: manifestKey(key) });
  const found = exportManifest.safeParse(parsed(body.toString()));
  if (!found.success || found.data.export.key !== key)
    throw new CatalogueError('ExportDamaged', `s3://${bucket}/${manifestKey(key)} is not the manifest of ${key}.`);
  return found.data;
}

/**
 * The export that the manifest describes: that very version, byte for byte.
 * @throws ExportUnknown if that version is not there; ExportDamaged if it is not what was written.
 */
export async function readExport(s3: S3, { export: facts }: ExportManifest): Promise<TenantExport> {
  const { bucket, key, versionId, sha256, bytes } = facts;
  const body = await read(s3, { Bucket: bucket, Key: key, VersionId: versionId });
  const found = createHash('sha256').update(body).digest('hex');
  if (found !== sha256 || body.length !== bytes)
    throw new CatalogueError(
      'ExportDamaged',
      `s3://${bucket}/${key} has SHA-256 ${found} and ${body.length} bytes, not ${sha256} and ${bytes}.`,
    );
  const content = JSON.parse(gunzipSync(body).toString()) as TenantExport;
  const { format } = content;
  if (format === 'tenantry.export.v1') return content;
  throw new CatalogueError('ExportDamaged', `s3://${bucket}/${key} has the format "${String(format)}".`);
}

async function read(s3: S3, input: { Bucket: string; Key: string; VersionId?: string }): Promise<Buffer> {
  try {
    const { Body } = await s3.send(new GetObjectCommand(input));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  } catch (error) {
    // Who may not list a bucket is not told what is not in it. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    const unknown = ['NoSuchKey', 'NoSuchVersion', 'AccessDenied'];
    if (!(error instanceof Error) || !unknown.includes(error.name)) throw error;
    throw new CatalogueError('ExportUnknown', `s3://${input.Bucket}/${input.Key}: ${error.name}.`, { cause: error });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
