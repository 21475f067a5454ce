import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationOf } from '../../tenancy/operations.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { beginOperation } from '../operations/begin-operation.ts';
import type { WakeUp } from '../operations/gate.ts';
import { getTenant, registerTenant, updateTenant } from '../operations/tenant-registry.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { cancelDeletion } from './cancel-deletion.ts';
import { commitDeletion } from './commit-deletion.ts';
import { listEverything } from './list-everything.ts';
import { sweep } from './sweep.ts';
import { type TenantExport, writeExport, writeManifest } from './write-export.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

const owner = 'saas.shop';
const graceEndsAt = '2026-12-22T00:00:00.000Z';
const [before, after] = [new Date('2026-12-21T23:59:59Z'), new Date('2026-12-22T00:00:01Z')];

/** A tenant whose deletion is pending, with an execution that waits. */
async function pending(
  tenantId: string,
  operationId = 'deletion-1',
): Promise<{ tenantId: string; operationId: string }> {
  const operation = { tenantId, operationId };
  if (!(await getTenant(table, tenantId))) {
    const at = '2026-11-22T00:00:00.000Z';
    const onboarding = { tenantId, operationId: 'onboarding', executionArn: 'arn:1', correlationId: 'onboarding' };
    await registerTenant(table, {
      ...onboarding,
      generation: 1,
      owner,
      state: 'ONBOARDING',
      tier: 'basic',
      placement: { account: 'pooled', workspace: 'namespace' },
      createdAt: at,
      updatedAt: at,
    });
    await updateTenant(table, onboarding, 'READY');
  }
  await beginOperation(table, operationOf('deprovision'), {
    ...operation,
    executionArn: 'arn:2',
    correlationId: operationId,
    owner,
  });
  await updateTenant(table, operation, 'DELETION_PENDING', { graceEndsAt, graceToken: `token-${operationId}` });
  return operation;
}

function waker(): { woken: string[]; wakeUp: WakeUp } {
  const woken: string[] = [];
  return {
    woken,
    async wakeUp(token) {
      woken.push(token);
      return 'woken';
    },
  };
}

describe('the end of the grace period', () => {
  it('is not before its time, and there is no way back after it', async () => {
    const operation = await pending('ends');
    const { woken, wakeUp } = waker();
    expect(await commitDeletion(table, operation, before)).toBe('pending');
    expect(await commitDeletion(table, operation, after)).toBe('committed');
    expect(await commitDeletion(table, operation, after)).toBe('committed');
    const cancel = cancelDeletion(table, { tenantId: 'ends', owner, eventId: 'cancel-1' }, wakeUp);
    await expect(cancel).rejects.toMatchObject({ name: 'TenantStateConflict' });
    expect(woken).toEqual([]);
    expect(await getTenant(table, 'ends')).toMatchObject({ state: 'DEPROVISIONING' });
  });

  it('or a cancellation: whichever is written first holds, whatever order they come in', async () => {
    for (let round = 0; round < 12; round++) {
      const operation = await pending(`race-${round}`);
      const cancel = { tenantId: operation.tenantId, owner, eventId: 'cancel-1' };
      const [cancelled, committed] = await Promise.all([
        cancelDeletion(table, cancel, waker().wakeUp).then(
          () => true,
          () => false,
        ),
        commitDeletion(table, operation, after),
      ]);
      expect(committed).toBe(cancelled ? 'cancelled' : 'committed');
    }
  });

  it('is nothing to an operation that was superseded', async () => {
    const operation = await pending('superseded');
    const other = commitDeletion(table, { ...operation, operationId: 'another' }, after);
    await expect(other).rejects.toMatchObject({ name: 'OperationSuperseded' });
  });
});

describe('a cancellation', () => {
  const cancel = (tenantId: string, wakeUp: WakeUp, over: { owner?: string; eventId?: string } = {}) =>
    cancelDeletion(table, { tenantId, owner, eventId: 'cancel-1', ...over }, wakeUp);

  it('wakes who waits, and comes twice as once', async () => {
    const operation = await pending('cancelled');
    const { woken, wakeUp } = waker();
    expect(await cancel('cancelled', wakeUp)).toBe('cancelled');
    expect(await cancel('cancelled', wakeUp)).toBe('duplicate');
    expect(new Set(woken)).toEqual(new Set(['token-deletion-1']));
    expect(await commitDeletion(table, operation, after)).toBe('cancelled');
  });

  it('that is replayed cancels no later deletion', async () => {
    const operation = await pending('replayed');
    const { woken, wakeUp } = waker();
    await cancel('replayed', wakeUp);
    await updateTenant(table, operation, 'READY');
    expect(await cancel('replayed', wakeUp)).toBe('duplicate');
    await pending('replayed', 'deletion-2');
    expect(await cancel('replayed', wakeUp)).toBe('duplicate');
    expect(await getTenant(table, 'replayed')).not.toHaveProperty('cancelledBy');
    expect(woken).toEqual(['token-deletion-1']);
    expect(await cancel('replayed', wakeUp, { eventId: 'cancel-2' })).toBe('cancelled');
  });

  it('is refused to others, and where there is nothing to cancel', async () => {
    const operation = await pending('refused');
    const { woken, wakeUp } = waker();
    await expect(cancel('refused', wakeUp, { owner: 'saas.rival' })).rejects.toMatchObject({ name: 'TenantNotOwned' });
    await expect(cancel('nobody', wakeUp)).rejects.toMatchObject({ name: 'TenantUnknown' });
    await updateTenant(table, operation, 'READY');
    await expect(cancel('refused', wakeUp)).rejects.toMatchObject({ name: 'TenantStateConflict' });
    expect(woken).toEqual([]);
  });
});

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
    const tenant = { tenantId: 'acme', owner, tier: 'basic', operationId: 'operation-1' } as Tenant;
    await writeManifest(client, facts, { ...content, tenant });
    expect(JSON.parse(stored().toString())).toEqual({
      format: 'tenantry.export-manifest.v1',
      exportedAt: content.exportedAt,
      tenantId: 'acme',
      owner,
      tier: 'basic',
      export: facts,
    });
  });

  it('needs a bucket that keeps versions', async () => {
    const { client } = s3(undefined, '');
    await expect(writeExport(client, at, content)).rejects.toMatchObject({ name: 'AwsRejected' });
  });
});

describe('listEverything', () => {
  const list = ['get', 'list'];
  const shop = 'shop.example/v1';
  const answers: Record<string, unknown> = {
    '/apis': {
      groups: [
        { name: 'shop.example', versions: [{ groupVersion: shop }], preferredVersion: { groupVersion: shop } },
        // Metrics: its server is down.
        { name: 'metrics.k8s.io', versions: [{ groupVersion: 'x' }], preferredVersion: { groupVersion: 'x' } },
      ],
    },
    '/api/v1': {
      groupVersion: 'v1',
      resources: [
        { name: 'secrets', kind: 'Secret', namespaced: true, verbs: list },
        { name: 'nodes', kind: 'Node', namespaced: false, verbs: list },
        { name: 'events', kind: 'Event', namespaced: true, verbs: list },
        { name: 'bindings', kind: 'Binding', namespaced: true, verbs: ['create'] },
      ],
    },
    '/apis/shop.example/v1': {
      groupVersion: 'shop.example/v1',
      resources: [{ name: 'carts', kind: 'Cart', namespaced: true, verbs: list }],
    },
    '/api/v1/namespaces/tenant-acme/secrets?limit=500': {
      items: [{ metadata: { name: 'one' } }],
      metadata: { continue: 'next' },
    },
    '/api/v1/namespaces/tenant-acme/secrets?limit=500&continue=next': { items: [{ metadata: { name: 'two' } }] },
    '/apis/shop.example/v1/namespaces/tenant-acme/carts?limit=500': { items: [{ metadata: { name: 'cart' } }] },
  };
  const cluster = (refused = '') =>
    ({
      async request({ path }: { path: string }) {
        if (path === refused) return { status: 403, body: { message: 'forbidden' } };
        return path in answers ? { status: 200, body: answers[path] } : { status: 404, body: {} };
      },
    }) as never;

  it('finds all kinds with objects of their own, page after page, and custom ones', async () => {
    const found = await listEverything(cluster(), 'tenant-acme');
    expect(found.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual([
      'v1 Secret one',
      'v1 Secret two',
      'shop.example/v1 Cart cart',
    ]);
  });

  it('is not content with less: one kind that cannot be read fails all', async () => {
    const refused = cluster('/apis/shop.example/v1/namespaces/tenant-acme/carts?limit=500');
    await expect(listEverything(refused, 'tenant-acme')).rejects.toMatchObject({ name: 'KubernetesForbidden' });
  });
});

describe('sweep', () => {
  const look = (what: string, there: boolean) => ({ what, exists: async () => there });

  it('proves by what was looked for and is not there', async () => {
    const now = new Date('2026-12-22T10:21:00Z');
    expect(await sweep([look('a stack', false), look('a role', false)], now)).toEqual({
      checkedAt: now.toISOString(),
      absent: ['a stack', 'a role'],
    });
  });

  it('names all that is left', async () => {
    const looks = [look('a stack', true), look('a role', false), look('a namespace', true)];
    await expect(sweep(looks)).rejects.toMatchObject({
      name: 'ResourcesLeft',
      message: expect.stringMatching(/a stack; a namespace\./),
    });
  });

  it('takes a look that failed for no proof', async () => {
    const failing = { what: 'a stack', exists: () => Promise.reject(new Error('throttled')) };
    await expect(sweep([failing])).rejects.toThrow('throttled');
  });
});
