import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureVclusterBinary } from '../../local/vcluster/build.ts';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { tenantry } from './support/command-line.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { kubeconfigOf } from './support/kubeconfig-file.ts';
import { operatorKubeConfig, request } from './support/kubernetes.ts';
import { createOfTier } from './support/placements.ts';
import { ask, createTenant, freshTenant } from './support/product.ts';
import { registered } from './support/registry.ts';
import { addVirtualWorkloads, virtualDump, virtualWorkloads } from './support/virtual-workloads.ts';
import { addWorkloads, dump, podCount } from './support/workloads.ts';

const clients = connect(endpoint);
const run = (...args: string[]) => tenantry(endpoint, ...args);
let bus: BusListener;
let operator: KubeConfig;

beforeAll(async () => {
  await ensureVclusterBinary((line) => void process.stderr.write(`${line}\n`));
  bus = await listen(clients);
  operator = await operatorKubeConfig(clients);
});
afterAll(() => bus.close());

/** The objects that `addWorkloads` makes, without what the API server says of them. */
async function own(namespace: string): Promise<unknown[]> {
  const lines = await dump(operator, namespace);
  return lines.flatMap((line) => {
    const [plural, ...json] = line.split(' ');
    const { metadata, ...content } = JSON.parse(json.join(' ')) as { metadata: { name: string; labels?: object } };
    const mine = ['web', 'store', 'yearly', 'password', 'settings', 'own'].includes(metadata.name);
    return mine ? [{ plural, name: metadata.name, ...content }] : [];
  });
}

describe('tenantry restore', () => {
  const gone = freshTenant('gone');
  const back = freshTenant('back');
  let key: string;
  let before: unknown[];

  it('makes a deprovisioned tenant anew, with every object as it was before the deletion', async () => {
    await createTenant(clients, gone);
    const { detail } = await bus.heard('TenantReady', gone);
    await addWorkloads(operator, detail.data.namespace);
    await eventually('the pods', async () =>
      (await podCount(operator, detail.data.namespace)) >= 3 ? true : undefined,
    );
    before = await own(detail.data.namespace);
    expect(before).toHaveLength(6);
    await ask(clients, 'TenantDeletionRequested', { tenantId: gone, immediate: true });
    const { detail: end } = await bus.heard('TenantDeprovisioned', gone);
    ({ key } = end.data.kept.export);

    const { code, stdout, stderr } = await run('restore', key, '--tenant', back, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      tenantId: back,
      export: end.data.kept.export,
      objects: 6,
      written: 6,
      kinds: { 'Deployment.apps': 1, Secret: 1 },
    });
    const restored = await registered(clients, back);
    expect(restored).toMatchObject({ state: 'READY', tier: 'basic', owner: 'saas.shop' });
    operator = await operatorKubeConfig(clients);
    expect(await own(`tenant-${back}`)).toEqual(before);
    await eventually('its pods', async () => ((await podCount(operator, `tenant-${back}`)) === 3 ? true : undefined));
  });

  it('changes nothing when it is run again, and overwrites nothing that was changed since', async () => {
    expect(JSON.parse((await run('restore', key, '--tenant', back, '--json')).stdout)).toMatchObject({ written: 0 });
    const path = `/api/v1/namespaces/tenant-${back}/configmaps/settings`;
    const changed = await request(operator, 'PUT', path, { metadata: { name: 'settings' }, data: { colour: 'blue' } });
    expect(changed.status).toBe(200);
    const { code, stderr } = await run('restore', key, '--tenant', back);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tenantry: TransferRefused: .*ConfigMap .*settings: it is there already, differs/);
    expect(JSON.parse((await request(operator, 'GET', path)).text)).toMatchObject({ data: { colour: 'blue' } });
  });

  it('says what cannot be restored, and into what', async () => {
    const failures: [args: string[], message: RegExp][] = [
      [[key], /^tenantry: The id ".*" cannot be used again before .* --tenant <id>\.\n$/],
      [
        ['tenants/nobody/1/workspace.json.gz'],
        /^tenantry: ExportUnknown: s3:\/\/.*\/tenants\/nobody\/1\/manifest\.json/,
      ],
      [['s3://somewhere/else'], /^tenantry: s3:\/\/somewhere\/else is not in tenantry-exports-/],
      [[key, '--tenant', 'Upper/Case'], /^tenantry: "Upper\/Case" is not a tenant id/],
    ];
    for (const [args, message] of failures) {
      const { code, stderr } = await run('restore', ...args);
      expect({ args, code }).toEqual({ args, code: 1 });
      expect(stderr).toMatch(message);
    }
  });
});

describe('tenantry restore of a tenant with a virtual cluster', () => {
  const gone = freshTenant('gone');
  const back = freshTenant('back');

  it('makes all that it had inside, in a virtual cluster of the new one', async () => {
    await createOfTier(clients, gone, 'standard');
    await bus.heard('TenantReady', gone);
    const old = await kubeconfigOf(endpoint, gone);
    await addVirtualWorkloads(old);
    const before = await virtualDump(old);
    await ask(clients, 'TenantDeletionRequested', { tenantId: gone, immediate: true });
    const { detail: end } = await bus.heard('TenantDeprovisioned', gone);

    const restore = ['restore', end.data.kept.export.key, '--tenant', back, '--json'];
    const { code, stdout, stderr } = await run(...restore);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      tenantId: back,
      objects: virtualWorkloads,
      written: virtualWorkloads,
      kinds: { Namespace: 1, 'ClusterRole.rbac.authorization.k8s.io': 1, 'Deployment.apps': 1 },
    });
    expect(await registered(clients, back)).toMatchObject({ state: 'READY', tier: 'standard' });
    expect(await virtualDump(await kubeconfigOf(endpoint, back))).toEqual(before);
    // Its pods are on the host, under the name of its virtual cluster.
    operator = await operatorKubeConfig(clients);
    await eventually('its pods', async () => {
      const { text } = await request(operator, 'GET', `/api/v1/namespaces/tenant-${back}/pods`);
      const { items } = JSON.parse(text) as { items: { metadata: { name: string } }[] };
      const names = items.map(({ metadata }) => metadata.name);
      return names.filter((name) => name.endsWith(`-x-shop-x-${back}`)).length === 2 ? true : undefined;
    });
    expect(JSON.parse((await run(...restore)).stdout)).toMatchObject({ written: 0 });
    // Two virtual clusters start, one after the other.
  }, 300_000);
});
