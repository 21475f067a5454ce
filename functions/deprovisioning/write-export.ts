import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { z } from 'zod';
import type { exportFacts } from '../../events/tenant-deprovisioned.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { LedgerEntry } from '../../tenancy/ledger.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { exportManifest, manifestKey } from '../../tenancy/transfer/export-manifest.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { CostRecord } from './cost-record.ts';

export type ExportFacts = z.infer<typeof exportFacts>;

/** What an export holds, as JSON, gzipped. A new shape is a new `format`. */
export interface TenantExport {
  format: 'tenantry.export.v1';
  exportedAt: string;
  tenant: Tenant;
  ledger: readonly LedgerEntry[];
  /** Cluster -> every object of the tenant's namespace there. Values of secrets are base64, as the API has them. */
  clusters: Record<string, readonly KubernetesObject[]>;
  /** What it has cost, month by month. */
  costs: readonly CostRecord[];
}

/**
 * Writes the export and reads back the very version that was written: what counts is what S3 returns. Everything in it,
 * secrets too, is encrypted by S3 before it is stored, with the bucket's default encryption: the key of the installation's exports.
 * To write takes kms:GenerateDataKey on that key beside the rights to the object, to read back kms:Decrypt.
 * Throws `ExportDamaged` when what was read is not what was written.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
export async function writeExport(
  s3: Pick<S3Client, 'send'>,
  { bucket, key }: { bucket: string; key: string },
  content: TenantExport,
): Promise<ExportFacts> {
  const body = gzipSync(JSON.stringify(content));
  const digest = createHash('sha256').update(body).digest();
  const { VersionId } = await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: 'application/gzip',
      ChecksumSHA256: digest.toString('base64'),
    }),
  );
  if (!VersionId)
    throw new CatalogueError('AwsRejected', `The bucket ${bucket} keeps no versions: an export could be overwritten.`);
  const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId }));
  const read = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
  const found = createHash('sha256').update(read).digest('hex');
  const sha256 = digest.toString('hex');
  if (found !== sha256)
    throw new CatalogueError('ExportDamaged', `s3://${bucket}/${key} has SHA-256 ${found}, not ${sha256}.`);
  return { bucket, key, versionId: VersionId, sha256, bytes: read.length, objects: objectsIn(read) };
}

/**
 * Writes beside the export what is in it, and what its bytes have to be: a restore believes no other. The same export gives the same
 * manifest.
 */
export async function writeManifest(
  s3: Pick<S3Client, 'send'>,
  facts: ExportFacts,
  { exportedAt, tenant }: Pick<TenantExport, 'exportedAt' | 'tenant'>,
): Promise<void> {
  const { tenantId, owner, tier, displayName, contactEmail } = tenant;
  const manifest = exportManifest.parse({
    format: 'tenantry.export-manifest.v1',
    exportedAt,
    tenantId,
    owner,
    tier,
    displayName,
    contactEmail,
    export: facts,
  });
  const Body = JSON.stringify(manifest, undefined, 2);
  await s3.send(
    new PutObjectCommand({
      Bucket: facts.bucket,
      Key: manifestKey(facts.key),
      Body,
      ContentType: 'application/json',
      ChecksumSHA256: createHash('sha256').update(Body).digest('base64'),
    }),
  );
}

/** Objects of an export as it is stored. */
function objectsIn(body: Buffer): number {
  const { clusters } = JSON.parse(gunzipSync(body).toString()) as TenantExport;
  return Object.values(clusters).reduce((sum, objects) => sum + objects.length, 0);
}
