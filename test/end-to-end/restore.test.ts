import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { tenantry } from './support/command-line.ts';
import { eventually } from './support/eventually.ts';
import { operatorKubeConfig, request } from './support/kubernetes.ts';
import { ask, createTenant, freshTenant } from './support/product.ts';
import { registered } from './support/registry.ts';
import { addWorkloads, dump, podCount } from './support/workloads.ts';

const endpoint = inject('endpoint');
const clients = connect(endpoint);
const run = (...args: string[]) => tenantry(endpoint, ...args);
let bus: BusListener;
let operator: KubeConfig;

beforeAll(async () => {
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
