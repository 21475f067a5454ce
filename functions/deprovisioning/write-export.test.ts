import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Tenant } from '../../tenancy/tenant.ts';
import { type TenantExport, writeExport, writeManifest } from './write-export.ts';

describe('writeExport', () => {
  const content: TenantExport = {
    format: 'tenantry.export.v1',
    exportedAt: '2026-12-22T00:00:00.000Z',
    tenant: { tenantId: 'acme' } as Tenant,
    ledger: [],
    costs: [],
    clusters: {
      'shared-1': [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'password' }, data: { it: 'c2VjcmV0' } }],
    },
  };
  const at = { bucket: 'exports', key: 'tenants/acme/1/workspace.json.gz' };

  /** S3, which may change what it stores. */
  function s3(change: (body: Buffer) => Buffer = (body) => body, VersionId: string | undefined = 'v1') {
    let stored = Buffer.alloc(0);
    const client = {
      async send({ input }: { input: { Body?: Buffer | string; ChecksumSHA256?: string; VersionId?: string } }) {
        if (input.Body === undefined) {
          expect(input.VersionId).toBe(VersionId);
          return { Body: { transformToByteArray: async () => stored } };
        }
        expect(input.ChecksumSHA256).toBe(createHash('sha256').update(input.Body).digest('base64'));
        stored = Buffer.from(change(Buffer.from(input.Body)));
        return { VersionId };
      },
    };
    return { client: client as never, stored: () => stored };
  }

  it('says of the object what was read back', async () => {
    const { client, stored } = s3();
    const facts = await writeExport(client, at, content);
    expect(facts).toMatchObject({ ...at, versionId: 'v1', objects: 1, bytes: stored().length });
    expect(facts.sha256).toBe(createHash('sha256').update(stored()).digest('hex'));
    expect(JSON.parse(gunzipSync(stored()).toString())).toEqual(content);
  });

  it('does not believe what was read back when it is another', async () => {
    const { client } = s3((body) => Buffer.concat([body.subarray(1), Buffer.from([0])]));
    await expect(writeExport(client, at, content)).rejects.toMatchObject({ name: 'ExportDamaged' });
  });

  it('has a manifest beside it that says whose it is and what its bytes are, and none of its objects', async () => {
    const { client, stored } = s3();
    const facts = await writeExport(client, at, content);
    const tenant = { tenantId: 'acme', owner: 'saas.shop', tier: 'basic', operationId: 'operation-1' } as Tenant;
    await writeManifest(client, facts, { ...content, tenant });
    expect(JSON.parse(stored().toString())).toEqual({
      format: 'tenantry.export-manifest.v1',
      exportedAt: content.exportedAt,
      tenantId: 'acme',
      owner: 'saas.shop',
      tier: 'basic',
      export: facts,
    });
  });

  it('needs a bucket that keeps versions', async () => {
    const { client } = s3(undefined, '');
    await expect(writeExport(client, at, content)).rejects.toMatchObject({ name: 'AwsRejected' });
  });
});
