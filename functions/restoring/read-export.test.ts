import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { ExportManifest } from '../../tenancy/transfer/export-manifest.ts';
import { readExport, readManifest } from './read-export.ts';

const bucket = 'exports';
const key = 'tenants/acme/operation-9/workspace.json.gz';
const content = { format: 'tenantry.export.v1', exportedAt: '2026-12-22T00:00:00.000Z', clusters: {} };
const body = gzipSync(JSON.stringify(content));
const sha256 = createHash('sha256').update(body).digest('hex');
const manifest: ExportManifest = {
  format: 'tenantry.export-manifest.v1',
  exportedAt: '2026-12-22T00:00:00.000Z',
  tenantId: 'acme',
  owner: 'saas.shop',
  tier: 'basic',
  export: { bucket, key, versionId: 'v1', sha256, bytes: body.length, objects: 0 },
};

/** Objects by key and version, as S3 has them; the newest of a key is called `''`. */
function s3(objects: Readonly<Record<string, Buffer | string>>, missing = 'NoSuchKey') {
  return {
    async send({ input }: { input: { Key: string; VersionId?: string } }) {
      const found = objects[`${input.Key} ${input.VersionId ?? ''}`];
      if (found === undefined) throw Object.assign(new Error(missing), { name: missing });
      return { Body: { transformToByteArray: async () => Buffer.from(found) } };
    },
  } as never;
}

const manifestAt = 'tenants/acme/operation-9/manifest.json ';
const place = { bucket, key };

test('the manifest lies beside the export and leads to exactly the version that was written', async () => {
  const newer = gzipSync('somebody wrote another one');
  const client = s3({ [manifestAt]: JSON.stringify(manifest), [`${key} v1`]: body, [`${key} `]: newer });
  const found = await readManifest(client, place);
  expect(found).toEqual(manifest);
  expect(await readExport(client, found)).toEqual(content);
});

describe('an export is not believed', () => {
  test.each(['NoSuchKey', 'AccessDenied'])('when there is none: %s', async (missing) => {
    await expect(readManifest(s3({}, missing), place)).rejects.toMatchObject({
      name: 'ExportUnknown',
      message: expect.stringContaining(`s3://${bucket}/tenants/acme/operation-9/manifest.json`),
    });
    await expect(readExport(s3({}, missing), manifest)).rejects.toMatchObject({ name: 'ExportUnknown' });
  });

  test.each([
    ['no JSON', 'x'],
    ['another document', '{"format":"tenantry.export.v1"}'],
    [
      'that of another export',
      JSON.stringify({ ...manifest, export: { ...manifest.export, key: 'tenants/globex/1/x' } }),
    ],
  ])('when its manifest is %s', async (_, text) => {
    await expect(readManifest(s3({ [manifestAt]: text }), place)).rejects.toMatchObject({ name: 'ExportDamaged' });
  });

  test('when one byte is another', async () => {
    const damaged = Buffer.from(body);
    damaged.writeUInt8(damaged.readUInt8(20) ^ 1, 20);
    await expect(readExport(s3({ [`${key} v1`]: damaged }), manifest)).rejects.toMatchObject({ name: 'ExportDamaged' });
  });

  test('when it is of another format', async () => {
    const other = gzipSync(JSON.stringify({ ...content, format: 'tenantry.export.v2' }));
    const facts = { ...manifest.export, sha256: createHash('sha256').update(other).digest('hex'), bytes: other.length };
    const read = readExport(s3({ [`${key} v1`]: other }), { ...manifest, export: facts });
    await expect(read).rejects.toMatchObject({ name: 'ExportDamaged', message: expect.stringContaining('export.v2') });
  });

  test('nor is a failure of S3 taken for its absence', async () => {
    await expect(readManifest(s3({}, 'SlowDown'), place)).rejects.toMatchObject({ name: 'SlowDown' });
  });
});
