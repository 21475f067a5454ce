import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureVclusterBinary } from '../../local/vcluster/build.ts';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { tenantry } from './support/command-line.ts';
import { eventually } from './support/eventually.ts';
import { belongings } from './support/inventory.ts';
import { operatorKubeConfig, request } from './support/kubernetes.ts';
import { createOfTier, release } from './support/placements.ts';
import { freshTenant } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';

const endpoint = inject('endpoint');
const clients = connect(endpoint);
const tenant = freshTenant('virtual');
const host = `tenant-${tenant}`;
const identity = new KubeConfig();

let bus: BusListener;
let operator: KubeConfig;

beforeAll(async () => {
  // Minutes, the first time: nothing of a test should wait for it.
  await ensureVclusterBinary((line) => void process.stderr.write(`${line}\n`));
  bus = await listen(clients);
  operator = await operatorKubeConfig(clients);
});
afterAll(() => bus.close());

const as = (method: string, path: string, body?: unknown) => request(identity, method, path, body);

interface HostObject {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly claimRef?: { readonly namespace?: string }; readonly volumeName?: string };
}

async function onHost(path: string): Promise<HostObject[]> {
  const { status, text } = await request(operator, 'GET', path);
  expect(status, text).toBe(200);
  return (JSON.parse(text) as { items: HostObject[] }).items;
}

/** Processes whose command line names the volume: all files of a virtual cluster are below it. */
async function processesWith(volume: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-eo', 'pid,args'], { maxBuffer: 2 ** 24 });
  return stdout.split('\n').filter((line) => line.includes(volume));
}

const container = {
  name: 'web',
  image: 'registry.k8s.io/e2e/web:1',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
const labels = { app: 'web' };
const deployment = {
  metadata: { name: 'web' },
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { securityContext, containers: [container] } },
  },
};
const pod = (name: string, privileged: boolean) => ({
  metadata: { name },
  spec: privileged
    ? { containers: [{ ...container, securityContext: { privileged } }] }
    : { securityContext, containers: [container] },
});

const volumesOnHost = async () =>
  (await onHost('/api/v1/persistentvolumes')).filter(({ spec }) => spec.claimRef?.namespace === host);

describe('a standard tenant', () => {
  it('is ready with a virtual cluster of its own, that was proven from both sides', async () => {
    await createOfTier(clients, tenant, 'standard');
    const { detail } = await bus.heard('TenantReady', tenant);
    expect(detail.data).toMatchObject({
      tenantId: tenant,
      tier: 'standard',
      placement: { account: 'pooled', workspace: 'vcluster' },
      namespace: host,
      cluster: { name: 'shared-1' },
    });
    expect(detail.data.isolation.cases).toBeGreaterThan(80);
    expect(await registered(clients, tenant)).toMatchObject({ state: 'READY' });
  });

  it('has a kubeconfig of that, which the host does not know', async () => {
    const { code, stdout, stderr } = await tenantry(endpoint, 'kubeconfig', tenant);
    expect(code, stderr).toBe(0);
    identity.loadFromString(stdout);
    expect(identity.getCurrentCluster()?.server).not.toBe(operator.getCurrentCluster()?.server);
    const abroad = new KubeConfig();
    abroad.loadFromOptions({
      clusters: operator.getClusters(),
      users: identity.getUsers(),
      contexts: [
        { name: 'abroad', cluster: operator.getCurrentCluster()?.name, user: identity.getCurrentUser()?.name },
      ],
      currentContext: 'abroad',
    });
    expect((await request(abroad, 'GET', '/api')).status).toBe(401);
  });

  it('makes namespaces and deploys; the pods are on the host under its virtual cluster’s name', async () => {
    const namespace = await as('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
    expect(namespace.status, namespace.text).toBe(201);
    const deployed = await as('POST', '/apis/apps/v1/namespaces/shop/deployments', deployment);
    expect(deployed.status, deployed.text).toBe(201);
    const synced = await eventually('the pod on the host', async () =>
      (await onHost(`/api/v1/namespaces/${host}/pods`)).find(({ metadata }) => metadata.name.startsWith('web-')),
    );
    expect(synced.metadata.name).toMatch(new RegExp(`^web-[a-z0-9]+-[a-z0-9]+-x-shop-x-${tenant}$`));
  });

  it.each([
    ['a privileged pod', '/api/v1/namespaces/shop/pods', pod('bad', true), /violates PodSecurity/],
    [
      'anything in the system’s namespaces',
      '/api/v1/namespaces/kube-system/pods',
      pod('good', false),
      /tenantry-virtual-system-namespaces/,
    ],
    [
      'a webhook that rewrites what the platform writes',
      '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
      { metadata: { name: 'mine' } },
      /cannot create resource "mutatingwebhookconfigurations"/,
    ],
  ])('may not make %s', async (_what, path, body, reason) => {
    const { status, text } = await as('POST', path, body);
    expect(status).toBe(403);
    expect(JSON.parse(text).message).toMatch(reason);
  });
});

it('its release leaves no object, no volume and no process', async () => {
  const [volume] = await volumesOnHost();
  const uid = volume?.metadata.name.replace('pvc-', '') ?? 'there is no volume';
  expect((await processesWith(uid)).length).toBeGreaterThanOrEqual(3);
  const { status, error, cause } = await release(clients, tenant);
  expect(`${status} ${error} ${cause}`).toBe('SUCCEEDED undefined undefined');
  expect(new Set(Object.values(await ledger(clients, tenant)))).toEqual(new Set(['DELETED']));
  expect(await belongings(clients, operator, tenant)).toEqual([]);
  expect(await volumesOnHost()).toEqual([]);
  expect(await processesWith(uid)).toEqual([]);
  await expect(as('GET', '/api')).rejects.toThrow();
});
