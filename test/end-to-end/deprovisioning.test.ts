import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { DeleteObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TenantExport } from '../../functions/deprovisioning/write-export.ts';
import { type BusListener, listen } from './support/bus-listener.ts';
import { ACCOUNT, connect, REGION } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { clearFaults, type Fault, injectFault, pendingFaults } from './support/faults.ts';
import { belongings } from './support/inventory.ts';
import { kubeConfigOf, operatorKubeConfig, request } from './support/kubernetes.ts';
import { putInTurn, withoutSchedules } from './support/later.ts';
import { ask, createTenant, freshTenant } from './support/product.ts';
import { productExport } from './support/product-backend.ts';
import { ledger, registered } from './support/registry.ts';
import { addWorkloads, dump, podCount, useUpRoleBindings } from './support/workloads.ts';

const clients = connect(endpoint);
const buckets = new S3Client({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'local' },
});
let bus: BusListener;
let operator: KubeConfig;

beforeAll(async () => {
  bus = await listen(clients);
  operator = await operatorKubeConfig(clients);
});
afterEach(() => clearFaults(endpoint));
afterAll(() => bus.close());

/** A tenant that is ready, with workloads of its own. */
async function readyTenant(what: string): Promise<{ tenant: string; namespace: string; roleArn: string }> {
  const tenant = freshTenant(what);
  await createTenant(clients, tenant);
  const { detail } = await bus.heard('TenantReady', tenant);
  // A month may have passed since the last one.
  operator = await operatorKubeConfig(clients);
  await addWorkloads(operator, detail.data.namespace);
  await eventually('the pods', async () => ((await podCount(operator, detail.data.namespace)) >= 3 ? true : undefined));
  return { tenant, namespace: detail.data.namespace, roleArn: detail.data.roleArn };
}

/** What the tenant's own role is answered in its namespace. */
async function asTenant(tenant: string, roleArn: string, namespace: string): Promise<number> {
  const config = await kubeConfigOf(clients, { arn: roleArn, externalId: `tenantry:${tenant}` });
  return (await request(config, 'GET', `/api/v1/namespaces/${namespace}/configmaps`)).status;
}

describe('suspension', () => {
  it('takes access, workloads and network away, keeps the data, and resuming restores every object', async () => {
    const { tenant, namespace, roleArn } = await readyTenant('suspended');
    expect(await asTenant(tenant, roleArn, namespace)).toBe(200);
    // The platform binds a role to itself for this: what the tenant has left of its quota is not to decide.
    await useUpRoleBindings(operator, namespace);
    const before = await dump(operator, namespace);
    await ask(clients, 'TenantSuspensionRequested', { tenantId: tenant, reason: 'overdue' });
    const { detail } = await bus.heard('TenantSuspended', tenant);
    expect(detail.data).toMatchObject({ workloads: 3, leftRunning: [], reason: 'overdue' });
    expect(await registered(clients, tenant)).toMatchObject({ state: 'SUSPENDED' });
    expect(await podCount(operator, namespace)).toBe(0);
    expect([401, 403]).toContain(await asTenant(tenant, roleArn, namespace));
    const secrets = (lines: string[]) => lines.filter((line) => /^(secrets|configmaps) /.test(line));
    expect(secrets(await dump(operator, namespace))).toEqual(secrets(before));

    await ask(clients, 'TenantResumptionRequested', { tenantId: tenant });
    await bus.heard('TenantResumed', tenant);
    expect(await registered(clients, tenant)).toMatchObject({ state: 'READY' });
    await eventually('the objects as they were', async () =>
      JSON.stringify(await dump(operator, namespace)) === JSON.stringify(before) ? true : undefined,
    );
    await eventually('the pods', async () => ((await podCount(operator, namespace)) === 3 ? true : undefined));
    await eventually('the tenant’s access', async () =>
      (await asTenant(tenant, roleArn, namespace)) === 200 ? true : undefined,
    );
  });

  it('refuses to resume what is not suspended, and tenants that nobody knows', async () => {
    const { id } = await ask(clients, 'TenantResumptionRequested', { tenantId: 'nobody-at-all' });
    const { detail } = await bus.find('rejection', (event) => event.detail.data.rejected?.id === id);
    expect(detail.data.reasons).toMatchObject([{ field: 'data.tenantId', code: 'unknown-tenant' }]);
  });
});

/** The export that an event names, as S3 returns it; throws an Error when it is not what the event says. */
async function readExport(facts: { bucket: string; key: string; versionId: string; sha256: string }) {
  const { bucket: Bucket, key: Key, versionId: VersionId } = facts;
  const answer = await buckets.send(new GetObjectCommand({ Bucket, Key, VersionId }));
  const body = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
  expect(createHash('sha256').update(body).digest('hex')).toBe(facts.sha256);
  return JSON.parse(gunzipSync(body).toString()) as TenantExport;
}

const DAY_SECONDS = 86_400;

describe('deletion', () => {
  it('is cancelled in the middle of its grace period, and every object is as it was', async () => {
    const { tenant, namespace } = await readyTenant('cancelled');
    const before = await dump(operator, namespace);
    await withoutSchedules(clients, async () => {
      const data = { tenantId: tenant };
      const [, cancellation] = await putInTurn(clients, [
        { after: 30, detailType: 'TenantDeletionRequested', data },
        { after: 10 * DAY_SECONDS, detailType: 'TenantDeletionCancelled', data },
      ]);
      const scheduled = await bus.heard('TenantDeletionScheduled', tenant);
      const { detail } = await bus.heard('TenantResumed', tenant);
      expect(detail.data).toMatchObject({ state: 'READY', cancelledBy: cancellation });
      const [asked, ended] = [scheduled, await bus.heard('TenantResumed', tenant)].map((event) =>
        Date.parse(event.time),
      );
      expect((Number(ended) - Number(asked)) / 1_000 / DAY_SECONDS).toBeCloseTo(10, 1);
    });
    expect(await registered(clients, tenant)).toMatchObject({ state: 'READY' });
    operator = await operatorKubeConfig(clients);
    await eventually('the objects as they were', async () =>
      JSON.stringify(await dump(operator, namespace)) === JSON.stringify(before) ? true : undefined,
    );
  });

  it('exports, releases and proves after a month, and keeps the id', async () => {
    const { tenant, namespace } = await readyTenant('deleted');
    await withoutSchedules(clients, async () => {
      await ask(clients, 'TenantDeletionRequested', { tenantId: tenant, reason: 'contract ended' });
      await bus.heard('TenantDeprovisioned', tenant);
    });
    const [ready, deprovisioned] = await Promise.all([
      bus.heard('TenantReady', tenant),
      bus.heard('TenantDeprovisioned', tenant),
    ]);
    const days = (Date.parse(deprovisioned.time) - Date.parse(ready.time)) / 1_000 / DAY_SECONDS;
    expect(days).toBeGreaterThanOrEqual(30);
    expect(days).toBeLessThan(31);

    const { kept, proof, removed } = deprovisioned.detail.data;
    // The product was asked for its own data, with the time it has, and what it answered stays known.
    const asked = await bus.heard('TenantExportRequested', tenant);
    const hours = (Date.parse(asked.detail.data.answerBefore) - Date.parse(asked.time)) / 3_600_000;
    expect(hours).toBeCloseTo(2, 1);
    expect(kept).toMatchObject({ productExport: productExport(tenant) });
    expect(removed).toEqual(
      expect.arrayContaining([`workspace ${namespace}`, `foundation tenantry-foundation-${tenant}`]),
    );
    expect(proof.absent).toEqual(expect.arrayContaining([`namespace ${namespace} in shared-1`]));
    const { bucket: Bucket, key: Key, versionId: VersionId } = kept.export;
    const removal = buckets.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    await expect(removal, 'before its time').rejects.toMatchObject({ name: 'AccessDenied' });
    const content = await readExport(kept.export);
    const objects = content.clusters['shared-1'] ?? [];
    expect(objects).toHaveLength(kept.export.objects);
    expect(objects.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === 'password')).toMatchObject({
      data: { password: Buffer.from('correct horse').toString('base64') },
    });
    expect(content).toMatchObject({ format: 'tenantry.export.v1', tenant: { tenantId: tenant } });

    operator = await operatorKubeConfig(clients);
    expect(await belongings(clients, operator, tenant)).toEqual([]);
    expect(new Set(Object.values(await ledger(clients, tenant)))).toEqual(new Set(['DELETED']));
    expect(await registered(clients, tenant)).toMatchObject({ state: 'DEPROVISIONED' });
    await createTenant(clients, tenant);
    const { detail } = await bus.heard('TenantEventRejected', tenant);
    expect(detail.data.reasons).toMatchObject([{ field: 'data.tenantId', code: 'id-retired' }]);
  });
});

const refused = { code: 'ValidationError', message: 'No.', status: 400 };
/** Before its effect, and after it. */
const faults: Fault[] = [
  { service: 'cloudformation', operation: 'DeleteStack', kind: 'deny' },
  { service: 'cloudformation', operation: 'DeleteStack', kind: 'fail-after', error: refused },
];

it('a release step that fails, once before and once after its effect, is told each time, and a redrive leaves nothing', async () => {
  const tenant = freshTenant('fails');
  await createTenant(clients, tenant);
  await bus.heard('TenantReady', tenant);
  operator = await operatorKubeConfig(clients);
  const told = new Set<string>();
  let executionArn = '';
  for (const fault of faults) {
    await injectFault(endpoint, fault);
    if (!executionArn) await ask(clients, 'TenantDeletionRequested', { tenantId: tenant, immediate: true });
    else await clients.stepFunctions.send(new RedriveExecutionCommand({ executionArn }));
    const { detail } = await bus.find(
      `failure ${told.size + 1}`,
      (event) =>
        event['detail-type'] === 'TenantDeprovisioningFailed' &&
        event.detail.data.tenantId === tenant &&
        !told.has(event.detail.metadata.id),
    );
    told.add(detail.metadata.id);
    executionArn = detail.data.executionArn;
    expect(detail.data).toMatchObject({ state: 'DEPROVISIONING', step: 'ReleaseFoundation' });
    expect(await pendingFaults(endpoint)).toEqual([]);
    const failure = { step: 'ReleaseFoundation', error: detail.data.error };
    expect(await registered(clients, tenant)).toMatchObject({ state: 'DEPROVISIONING', failure });
  }
  await clients.stepFunctions.send(new RedriveExecutionCommand({ executionArn }));
  await bus.heard('TenantDeprovisioned', tenant);
  expect(await belongings(clients, operator, tenant)).toEqual([]);
  const record = await registered(clients, tenant);
  expect(record).toMatchObject({ state: 'DEPROVISIONED' });
  expect(record).not.toHaveProperty('failure');
});
