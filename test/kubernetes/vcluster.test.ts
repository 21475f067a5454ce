import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Kubernetes, kubernetesClient } from '../../functions/kubernetes/client.ts';
import { connectTo } from '../../functions/kubernetes/connection.ts';
import { type EnsureVclusterInput, ensureVcluster } from '../../functions/vclusters/ensure-vcluster.ts';
import { proveVclusterIsolation } from '../../functions/vclusters/prove-vcluster-isolation.ts';
import { releaseVcluster } from '../../functions/vclusters/release-vcluster.ts';
import { requestToken } from '../../functions/vclusters/tenant-access.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { defaultVclusterSettings } from '../../tenancy/vcluster/settings.ts';
import { platformGroup } from '../../tenancy/workspace/names.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from './eventually.ts';
import { startTestCluster, type TestCluster } from './test-cluster.ts';

/**
 * The host is a real control plane with its real admission and controllers. A second one stands where the virtual API would
 * be, and this test does what kubelet, load balancer and syncer do outside of API servers.
 */
let host: TestCluster;
let inside: TestCluster;
let platform: Kubernetes;

beforeAll(async () => {
  [host, inside] = await Promise.all([startTestCluster(), startTestCluster()]);
  await eventually(() => ensureClusterBaseline({ kubernetes: host.administrator }));
  platform = host.client('platform-role', [platformGroup]);
  await prepareInside(inside.administrator);
});

afterAll(async () => {
  await host?.stop();
  await inside?.stop();
});

const rbac = 'rbac.authorization.k8s.io';

/** vcluster labels every namespace for Pod Security, in its newest version. */
async function prepareInside(administrator: Kubernetes): Promise<void> {
  const labels = {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/enforce-version': 'latest',
  };
  await administrator.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels } });
}

const input = (tenantId: string): EnsureVclusterInput => ({
  tenantId,
  tier: 'standard',
  generation: 1,
  numbers: basicNumbers,
  settings: defaultVclusterSettings,
  serviceCidr: '172.20.0.0/16',
});
const connect = () => inside.administrator;
const namespace = 'tenant-acme';
const ensure = (tenantId = 'acme') => ensureVcluster({ host: platform, connect }, input(tenantId));
const hostWith = (token: string) =>
  kubernetesClient(connectTo(host.address), async () => ({ authorization: `Bearer ${token}` }));
const prove = () =>
  proveVclusterIsolation(
    { host: platform, hostWith, connect },
    { tenantId: 'acme', generation: 1, numbers: basicNumbers, settings: defaultVclusterSettings },
  );

/** Names of the cases that the proof fails on; empty if it passes. */
async function failedCases(): Promise<string[]> {
  try {
    await prove();
    return [];
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'IsolationBreached') throw error;
    return [...error.message.matchAll(/"((?:inside|host): [^"]*)" wants /g)].map(([, name]) => name ?? '');
  }
}

function status(path: string, body: unknown): Promise<unknown> {
  const contentType = 'application/merge-patch+json';
  return host.administrator.request({ method: 'PATCH', path: `${path}/status`, contentType, body: { status: body } });
}

/** What kubelet and load balancer report, and what vcluster writes, as the account that it does it as. */
async function bringUp(): Promise<void> {
  const syncer = hostWith((await requestToken(host.administrator, accountPath, 600)).token);
  await status(`/api/v1/namespaces/${namespace}/pods/acme-0`, {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True' }],
  });
  const { port, hostname: ip } = new URL(inside.address.server);
  const ingress = [{ ip, ports: [{ port: Number(port), protocol: 'TCP' }] }];
  await status(`/api/v1/namespaces/${namespace}/services/acme`, { loadBalancer: { ingress } });
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  await syncer.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'vc-acme', namespace },
    data: {
      'certificate-authority': base64(inside.address.certificateAuthority),
      'client-certificate': base64('the administrator’s'),
      'client-key': base64('the administrator’s'),
    },
  });
}

const accountPath = `/api/v1/namespaces/${namespace}/serviceaccounts/vc-acme/token`;

test('the control plane’s pod is admitted by all the fences around it, and is waited for by what it lacks', async () => {
  await eventually(() => expect(ensure()).rejects.toThrow(/StatefulSet acme is not ready/));
  await eventually(async () => {
    const pods = await host.administrator.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace });
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(['acme-0']);
  });
  await expect(ensure()).rejects.toMatchObject({
    name: 'StillCreating',
    message: expect.stringContaining('acme-0 is Pending'),
  });
});

test('while it starts nothing is written again', async () => {
  const versions = async () => {
    const objects = await Promise.all(
      ['ResourceQuota', 'Service', 'Secret'].map((kind) =>
        host.administrator.list({ apiVersion: 'v1', kind }, { namespace }),
      ),
    );
    return objects.flat().map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`);
  };
  const before = await versions();
  await expect(ensure()).rejects.toMatchObject({ name: 'StillCreating' });
  expect(await versions()).toEqual(before);
});

test('up, it is ensured with its inside, and twice is once', async () => {
  await bringUp();
  const made = await eventually(() => ensure(), 8);
  expect(made).toMatchObject({
    namespace,
    name: 'acme',
    server: inside.address.server,
    serviceAccount: 'vc-workload-acme',
  });
  expect(await ensure()).toEqual(made);
});

test('an API server compiles and checks every policy of the inside', async () => {
  const type = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };
  await eventually(async () => {
    const policies = await inside.administrator.list(type, { labelSelector: 'tenantry.dev/tenant=acme' });
    expect(policies).toHaveLength(4);
    for (const { metadata, status: checked } of policies) {
      expect(checked).toMatchObject({ observedGeneration: metadata.generation });
      expect({ policy: metadata.name, ...(checked as object) }).not.toHaveProperty('typeChecking.expressionWarnings');
    }
  });
});

describe('the isolation proof', () => {
  test('passes on both sides, every case by its control', async () => {
    await expect(ensure('globex')).rejects.toMatchObject({ name: 'StillCreating' });
    const { cases } = await eventually(prove, 8);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    for (const side of ['inside', 'host']) {
      expect(cases.filter(({ name }) => name.startsWith(side)).length).toBeGreaterThan(25);
    }
  });

  test('goes red when the tenant is made administrator inside', async () => {
    const mistake = { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding' };
    await inside.administrator.apply({
      ...mistake,
      metadata: { name: 'mistake' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'tenant-admin', namespace: 'tenantry-system' }],
    });
    await eventually(async () =>
      expect(await failedCases()).toEqual(
        expect.arrayContaining(['inside: every right', 'inside: unbind a policy', 'inside: system: run a pod']),
      ),
    );
    await inside.administrator.delete({ ...mistake, name: 'mistake' });
    await eventually(prove);
  });

  test('goes red when the host’s namespace loses Pod Security', async () => {
    const labels = (level: string) =>
      host.administrator.request({
        method: 'PATCH',
        path: `/api/v1/namespaces/${namespace}`,
        contentType: 'application/merge-patch+json',
        body: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': level } } },
      });
    await labels('privileged');
    await eventually(async () => {
      const failed = await failedCases();
      expect(failed).toEqual(expect.arrayContaining(['host: pod: privileged', 'host: pod: host path']));
      expect(failed.every((name) => name.startsWith('host: pod'))).toBe(true);
    });
    await labels('restricted');
    await eventually(prove);
  });

  test('goes red when the control plane’s account may do more', async () => {
    const mistake = { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding' };
    await host.administrator.apply({
      ...mistake,
      metadata: { name: 'mistake' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'vc-acme', namespace }],
    });
    await eventually(async () =>
      expect(await failedCases()).toEqual(['host: neighbour: list pods', 'host: cluster: list namespaces']),
    );
    await host.administrator.delete({ ...mistake, name: 'mistake' });
    await eventually(prove);
  });
});

test('another virtual cluster in the namespace is left alone', async () => {
  const set = await host.administrator.get({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'acme', namespace });
  const labels = { app: 'vcluster', release: 'other' };
  const spec = { ...(set?.spec as object), replicas: 0 };
  const other = { apiVersion: 'apps/v1', kind: 'StatefulSet' };
  // The quota admits no second one; whoever got past it is still found.
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', name: 'tenant-objects', namespace };
  await host.administrator.delete(quota);
  await eventually(() => host.administrator.apply({ ...other, metadata: { name: 'other', namespace, labels }, spec }));
  await eventually(() => expect(ensure()).rejects.toMatchObject({ name: 'ResourceNotOwned' }));
  await host.administrator.delete({ ...other, name: 'other', namespace });
  await eventually(() => ensure());
});

test('a release ends the inside, the control plane and the namespace, by name, and then nothing is left', async () => {
  const tenant = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  await inside.administrator.apply(tenant);
  const release = () => releaseVcluster({ host: platform, connect }, { tenantId: 'acme', generation: 1 });
  await expect(release()).rejects.toMatchObject({ name: 'StillDeleting' });
  expect(await eventually(release)).toEqual({ namespace, gone: true });
  expect(await host.administrator.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })).toBeUndefined();
  await eventually(async () =>
    expect(await inside.administrator.get({ apiVersion: 'v1', kind: 'Namespace', name: 'shop' })).toBeUndefined(),
  );
  expect(await release()).toEqual({ namespace, gone: true });
});

test('a virtual cluster that never came up is released too', async () => {
  const release = () => releaseVcluster({ host: platform, connect }, { tenantId: 'globex', generation: 1 });
  expect(await eventually(release)).toMatchObject({ gone: true });
});
