import { afterAll, beforeAll, expect, test } from 'vitest';
import { proveIsolation } from '../../functions/isolation/prove-isolation.ts';
import { goodPod } from '../../functions/isolation/well-behaved.ts';
import type { Kubernetes } from '../../functions/kubernetes/client.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { ensureNamespace } from '../../functions/workspaces/ensure-namespace.ts';
import { autoModeKinds } from '../../local/eks/auto-mode-kinds.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { groupName, platformGroup, tierLabel } from '../../tenancy/workspace/names.ts';
import { nodePlacement, nodePoolSettings, nodePoolType } from '../../tenancy/workspace/node-pools.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from './eventually.ts';
import { builtInClass } from './support/built-in-class.ts';
import { startTestCluster, type TestCluster } from './test-cluster.ts';

const settings = nodePoolSettings.parse({ limits: { cpu: '100', memory: '400Gi' } });
const pools = [{ tier: 'premium', settings }];
const mutating = { apiVersion: 'admissionregistration.k8s.io/v1beta1', kind: 'MutatingAdmissionPolicyBinding' };

let cluster: TestCluster;
let administrator: Kubernetes;

beforeAll(async () => {
  cluster = await startTestCluster([
    '--feature-gates=MutatingAdmissionPolicy=true',
    '--runtime-config=admissionregistration.k8s.io/v1beta1=true',
  ]);
  administrator = cluster.administrator;
});

afterAll(() => cluster?.stop());

const ensure = (kubernetes = administrator) => eventually(() => ensureClusterBaseline({ kubernetes, pools }));

async function makeTenant(tenantId: string, tier: string) {
  const numbers = tier === 'premium' ? { ...basicNumbers, nodePool: settings } : basicNumbers;
  await eventually(() => ensureNamespace({ kubernetes: administrator }, { tenantId, tier, generation: 1, numbers }));
  const subject = { tenantId, tier, namespace: `tenant-${tenantId}`, numbers, neighbour: 'default' };
  const tenant = cluster.client(`${tenantId}-role`, [groupName(tenantId, 'admin')]);
  const pod = (scheduling: object): KubernetesObject => {
    const good = goodPod({ ...subject, numbers: basicNumbers });
    return { ...good, spec: { ...(good.spec as object), ...scheduling } };
  };
  return { tenant, pod, numbers };
}

const toleration = (value: string) => ({ key: tierLabel, operator: 'Equal', value, effect: 'NoSchedule' });

test('without Karpenter’s kinds there are no pools, and the step says what is to be done instead', async () => {
  const made = await ensure();
  expect(made.nodePools).toEqual([]);
  expect(made.lacks).toEqual([
    expect.stringContaining('with the label and the taint tenantry.dev/tier=premium'),
    expect.stringContaining('No ClusterNetworkPolicy'),
  ]);
});

test('pods of a tier with nodes of its own are told where they run, or are placed by the cluster', async () => {
  const { tenant, pod } = await makeTenant('acme', 'premium');
  const placed = await eventually(() => tenant.tryCreate(pod({})));
  expect(placed.spec).toMatchObject({
    nodeSelector: { [tierLabel]: 'premium' },
    tolerations: expect.arrayContaining([toleration('premium')]),
  });
  const own = { nodeSelector: { 'kubernetes.io/arch': 'arm64' }, tolerations: [] };
  expect((await tenant.tryCreate(pod(own))).spec).toMatchObject({
    nodeSelector: { [tierLabel]: 'premium', 'kubernetes.io/arch': 'arm64' },
  });
  await expect(tenant.tryCreate(pod({ nodeSelector: { [tierLabel]: 'basic' } }))).rejects.toThrow('another tier');
  // What the cluster would do by itself is what the rule demands, with it or without.
  await administrator.delete({ ...mutating, name: 'tenantry-tier-nodes' });
  await eventually(() =>
    expect(tenant.tryCreate(pod({}))).rejects.toThrow('write nodeSelector {"tenantry.dev/tier": "premium"}'),
  );
  const halves = [{ nodeSelector: { [tierLabel]: 'premium' } }, { tolerations: [toleration('premium')] }];
  for (const half of halves) await expect(tenant.tryCreate(pod(half))).rejects.toThrow('tenantry-tier-nodes');
  expect(await tenant.tryCreate(pod(nodePlacement('premium')))).toMatchObject({ kind: 'Pod' });
  await ensure();
});

test.each([
  ['the taint of another tier', { tolerations: [toleration('premium')] }, 'tenantry-tier-nodes'],
  ['the taint of its own tier, which has no nodes', { tolerations: [toleration('basic')] }, 'tenantry-tier-nodes'],
  ['that key, whatever the value', { tolerations: [{ key: tierLabel, operator: 'Exists' }] }, 'tenantry-tier-nodes'],
  ['every taint', { tolerations: [{ operator: 'Exists' }] }, 'tenantry-scheduling'],
  ['the nodes of another tier', { nodeSelector: { [tierLabel]: 'premium' } }, 'tenantry-tier-nodes'],
])('a pod of a tier that shares its nodes cannot ask for %s', async (_, scheduling, control) => {
  const { tenant, pod } = await makeTenant('small', 'basic');
  expect(await eventually(() => tenant.tryCreate(pod({})))).toMatchObject({ kind: 'Pod' });
  await expect(tenant.tryCreate(pod(scheduling))).rejects.toThrow(`'${control}'`);
});

test.each([
  ['acme', 'premium'],
  ['small', 'basic'],
])('the isolation proof of tenant %s of tier %s holds, whether the cluster fills in or not', async (tenantId, tier) => {
  const { tenant, numbers } = await makeTenant(tenantId, tier);
  const prove = () =>
    eventually(() => proveIsolation({ tenant, platform: administrator }, { tenantId, generation: 1, tier, numbers }));
  const proof = await prove();
  expect(proof.cases.map(({ name }) => name)).toContain("pod: another tier's taint");
  await administrator.delete({ ...mutating, name: 'tenantry-tier-nodes' });
  expect(await prove()).toEqual(proof);
  await ensure();
});

test('a toleration cannot be added to a pod that runs; other changes of it can be made', async () => {
  const { tenant, pod } = await makeTenant('later', 'basic');
  const running = pod({ tolerations: [] });
  const metadata = { ...running.metadata, name: 'running', ownerReferences: [] };
  await eventually(() => tenant.apply({ ...running, metadata }));
  const added = pod({ tolerations: [toleration('premium')] });
  await expect(tenant.apply({ ...added, metadata })).rejects.toThrow('tenantry-tier-nodes');
  expect(await tenant.apply({ ...running, metadata: { ...metadata, labels: { seen: 'yes' } } })).toMatchObject({
    metadata: { labels: { seen: 'yes' } },
  });
});

test('a cluster in Auto Mode gets its pools when its own class is there, closed networks and enforced policies', async () => {
  await Promise.all(autoModeKinds.map((kind) => administrator.apply(kind)));
  await eventually(() =>
    expect(ensureClusterBaseline({ kubernetes: administrator, pools })).rejects.toThrow('no NodeClass default'),
  );
  await administrator.apply(builtInClass);
  const made = await ensure();
  expect(made).toMatchObject({ nodePools: ['tenantry-premium'], lacks: [] });
  const live = async (apiVersion: string, kind: string, name: string, namespace?: string) =>
    administrator.get({ apiVersion, kind, name, namespace });
  expect(await live('eks.amazonaws.com/v1', 'NodeClass', 'tenantry-tenants')).toMatchObject({
    spec: { role: 'tenantry-node', networkPolicy: 'DefaultDeny', networkPolicyEventLogs: 'Enabled' },
  });
  expect(await live('karpenter.sh/v1', 'NodePool', 'tenantry-premium')).toMatchObject({
    spec: { limits: { cpu: '100' }, template: { spec: { taints: [{ key: tierLabel, value: 'premium' }] } } },
  });
  const cluster = 'networking.k8s.aws/v1alpha1';
  expect(await live(cluster, 'ClusterNetworkPolicy', 'tenantry-tenants-default-deny')).toMatchObject({
    spec: { tier: 'Baseline', ingress: [{ action: 'Deny' }], egress: [{ action: 'Deny' }] },
  });
  expect(await live('v1', 'ConfigMap', 'amazon-vpc-cni', 'kube-system')).toMatchObject({
    data: { 'enable-network-policy-controller': 'true' },
  });
  // What the API server keeps equals what is wanted: a second look writes nothing.
  expect(await ensureClusterBaseline({ kubernetes: administrator, pools })).toEqual(made);
});

test('the platform’s own role keeps all of it', async () => {
  const platform = cluster.client('platform-role', [platformGroup]);
  await administrator.delete({ ...nodePoolType, name: 'tenantry-premium' });
  await administrator.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: 'amazon-vpc-cni', namespace: 'kube-system' });
  await administrator.delete({ ...mutating, name: 'tenantry-tier-nodes' });
  expect(await ensure(platform)).toMatchObject({ nodePools: ['tenantry-premium'], lacks: [] });
  expect(await administrator.get({ ...nodePoolType, name: 'tenantry-premium' })).toBeDefined();
});

test('a tier that gives up its nodes loses its pool, and its pods need them no more', async () => {
  const { tenant, pod } = await makeTenant('acme', 'premium');
  const shared = { kubernetes: administrator, pools: [] };
  expect(await eventually(() => ensureClusterBaseline(shared))).toMatchObject({ nodePools: [], newer: false });
  expect(await administrator.list(nodePoolType)).toEqual([]);
  // What filled it in is among the last things to go; until then the rule refuses.
  expect((await eventually(() => tenant.tryCreate(pod({})))).spec).not.toHaveProperty('nodeSelector');
  await expect(tenant.tryCreate(pod({ tolerations: [toleration('premium')] }))).rejects.toThrow('tenantry-tier-nodes');
  await ensure();
});
