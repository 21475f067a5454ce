import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { goodPod, goodService } from '../../functions/isolation/well-behaved.ts';
import type { Kubernetes } from '../../functions/kubernetes/client.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { ensureNamespace } from '../../functions/workspaces/ensure-namespace.ts';
import { autoModeKinds } from '../../local/eks/auto-mode-kinds.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { baselineRelease, baselineReleaseLabel } from '../../tenancy/workspace/baseline-releases.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { baselineVersionLabel, groupName, managedBy, managedByLabel } from '../../tenancy/workspace/names.ts';
import { namespaceObjects } from '../../tenancy/workspace/namespace-objects.ts';
import { nodePoolSettings } from '../../tenancy/workspace/node-pools.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from './eventually.ts';
import { builtInClass } from './support/built-in-class.ts';
import { formerBaseline, pruned } from './support/former-baseline.ts';
import { startTestCluster, type TestCluster } from './test-cluster.ts';

const pools = [{ tier: 'premium', settings: nodePoolSettings.parse({ limits: { cpu: '100', memory: '400Gi' } }) }];
const workspace = { tenantId: 'acme', tier: 'basic', generation: 1 };
const subject = { tenantId: 'acme', namespace: 'tenant-acme', numbers: basicNumbers, neighbour: 'default' };
const policies = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };

let cluster: TestCluster;
let kubernetes: Kubernetes;
let tenant: Kubernetes;

beforeAll(async () => {
  cluster = await startTestCluster();
  kubernetes = cluster.administrator;
  tenant = cluster.client('acme-role', [groupName('acme', 'admin')]);
  await Promise.all(autoModeKinds.map((kind) => kubernetes.apply(kind)));
  await eventually(() => kubernetes.apply(builtInClass));
  await upgraded(kubernetes);
  await eventually(() => ensureNamespace({ kubernetes }, { ...workspace, numbers: basicNumbers }));
});

afterAll(() => cluster?.stop());

/** Puts the cluster back to the former release, all of it in effect. */
beforeEach(async () => {
  const former = await formerBaseline(kubernetes, pools);
  const names = new Set(former.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
  for (const object of former) {
    if (object.kind === 'PriorityClass' || object.kind === 'StorageClass') {
      await kubernetes.delete({ ...object, name: object.metadata.name });
    }
    await kubernetes.apply(object);
  }
  const all = await kubernetes.list(policies, { labelSelector: baselineVersionLabel });
  for (const { metadata } of all.filter(({ kind, metadata }) => !names.has(`${kind} ${metadata.name}`))) {
    await kubernetes.delete({ ...policies, kind: `${policies.kind}Binding`, name: metadata.name });
    await kubernetes.delete({ ...policies, name: metadata.name });
  }
  await eventually(() => expect(tenant.tryCreate(externalName())).rejects.toThrow("'tenantry-services-of-before'"));
  await eventually(async () => {
    const { status, body } = await kubernetes.request(createProbe);
    expect({ status, text: JSON.stringify(body) }).toMatchObject({ text: expect.stringContaining('Baseline former') });
  });
});

const createProbe = {
  method: 'POST',
  path: '/apis/scheduling.k8s.io/v1/priorityclasses?dryRun=All',
  body: {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'tenantry-baseline-probe' },
    value: 0,
  },
} as const;

/** As the workflow does it: comes again on these errors and on no other. */
async function upgraded(client: Kubernetes) {
  const end = performance.now() + 30_000;
  for (;;) {
    try {
      return await ensureClusterBaseline({ kubernetes: client, pools });
    } catch (error) {
      const again =
        error instanceof CatalogueError &&
        ['StillCreating', 'KubernetesConflict', 'KubernetesThrottled'].includes(error.name);
      if (!again || performance.now() > end) throw error;
      await pause(100);
    }
  }
}

function externalName(): KubernetesObject {
  const service = goodService(subject);
  return { ...service, spec: { type: 'ExternalName', externalName: 'example.com' } };
}

function foreignImage(): KubernetesObject {
  const pod = goodPod(subject);
  const spec = pod.spec as { containers: object[] };
  const containers = spec.containers.map((container) => ({ ...container, image: 'evil.example.com/miner:1' }));
  return { ...pod, spec: { ...spec, containers } };
}

/** A tenant who tries two forbidden things over and over while something goes on. Returns which control answered, and how often. */
async function underAttack<T>(work: () => Promise<T>): Promise<{ result: T; answers: Map<string, number> }> {
  const answers = new Map<string, number>();
  let goesOn = true;
  const attack = async (object: KubernetesObject) => {
    while (goesOn) {
      const answer = await tenant.tryCreate(object).then(
        () => 'accepted',
        (error: Error) => /ValidatingAdmissionPolicy '(.+?)'/.exec(error.message)?.[1] ?? error.message,
      );
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  const attackers = [attack(externalName()), attack(foreignImage())];
  try {
    const result = await work();
    // What was deleted last is out of effect within a second.
    await pause(1_000);
    return { result, answers };
  } finally {
    goesOn = false;
    await Promise.all(attackers);
  }
}

function expectNeverOpen(answers: ReadonlyMap<string, number>): void {
  const known = ['tenantry-services', 'tenantry-services-of-before', 'tenantry-image-registries'];
  expect([...answers.keys()].filter((answer) => !known.includes(answer))).toEqual([]);
  for (const name of known) expect(answers.get(name) ?? 0).toBeGreaterThan(0);
}

async function liveBaseline(): Promise<KubernetesObject[]> {
  const lists = await Promise.all(
    [
      ...['ClusterRole', 'ClusterRoleBinding'].map((kind) => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind })),
      ...['', 'Binding'].map((suffix) => ({ ...policies, kind: `${policies.kind}${suffix}` })),
      { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass' },
      { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' },
      { apiVersion: 'karpenter.sh/v1', kind: 'NodePool' },
      { apiVersion: 'eks.amazonaws.com/v1', kind: 'NodeClass' },
      { apiVersion: 'networking.k8s.aws/v1alpha1', kind: 'ClusterNetworkPolicy' },
    ].map((type) => kubernetes.list(type, { labelSelector: baselineVersionLabel })),
  );
  return lists.flat();
}

const named = (objects: readonly KubernetesObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
const revisions = (objects: readonly KubernetesObject[]) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`);

async function expectToday(version: string): Promise<void> {
  const live = await liveBaseline();
  expect(new Set(live.map(({ metadata }) => metadata.labels?.[baselineVersionLabel]))).toEqual(new Set([version]));
  expect(named(live).filter((name) => pruned.includes(name))).toEqual([]);
  const low = live.find(({ metadata }) => metadata.name === 'tenantry-low');
  expect(low).toMatchObject({ value: 100 });
  expect(JSON.stringify(live)).not.toContain('As it was.');
}

/** What fences the tenant, without what controllers note on it. */
async function tenantsOwn() {
  const wanted = namespaceObjects(workspace, basicNumbers);
  const live = await Promise.all(
    wanted.map(({ apiVersion, kind, metadata: { name, namespace } }) =>
      kubernetes.get({ apiVersion, kind, name, namespace }),
    ),
  );
  return live.map((object) => ({
    uid: object?.metadata.uid,
    generation: object?.metadata.generation,
    spec: object?.spec,
  }));
}

test('what went is pruned, what changed is changed, tenants notice nothing, and there is no moment without a fence', async () => {
  const before = await tenantsOwn();
  const { result, answers } = await underAttack(() => upgraded(kubernetes));
  expect(result).toMatchObject({ removed: pruned.length, newer: false, nodePools: ['tenantry-premium'] });
  await expectToday(result.version);
  expectNeverOpen(answers);
  expect(await tenantsOwn()).toEqual(before);
});

test('ten at once upgrade once: nobody fails, and then nobody writes', async () => {
  const { result, answers } = await underAttack(() =>
    Promise.all(Array.from({ length: 10 }, () => upgraded(kubernetes))),
  );
  const [first] = result;
  expect(new Set(result.map(({ version }) => version)).size).toBe(1);
  await expectToday(first?.version ?? '');
  expectNeverOpen(answers);
  const before = revisions(await liveBaseline());
  await Promise.all([upgraded(kubernetes), upgraded(kubernetes)]);
  expect(revisions(await liveBaseline())).toEqual(before);
});

test('a run that dies halfway is finished by the next, and leaves no gap until then', async () => {
  let left = 41;
  const dying: Kubernetes = {
    ...kubernetes,
    apply: async (object, options) => {
      if (left === 0) throw new Error('killed');
      left -= 1;
      return kubernetes.apply(object, options);
    },
  };
  const { result, answers } = await underAttack(async () => {
    await expect(upgraded(dying)).rejects.toThrow('killed');
    // Longer than the API server takes to see what was written until then, as the workflow's Retry is.
    await pause(2_000);
    return upgraded(kubernetes);
  });
  await expectToday(result.version);
  expectNeverOpen(answers);
});

test('functions of a former deployment leave a later baseline as it is', async () => {
  await upgraded(kubernetes);
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'tenantry-tenant-view' };
  const labels = { [managedByLabel]: managedBy, [baselineReleaseLabel]: `${baselineRelease + 1}` };
  const later = {
    apiVersion: role.apiVersion,
    kind: role.kind,
    metadata: { name: role.name, labels: { ...labels, [baselineVersionLabel]: 'later' } },
  };
  await kubernetes.apply({ ...later, rules: [] });
  const before = revisions(await liveBaseline());
  const answer = await upgraded(kubernetes);
  expect(answer).toMatchObject({ newer: true, removed: 0, nodePools: ['tenantry-premium'] });
  expect(revisions(await liveBaseline())).toEqual(before);
  await kubernetes.delete(role);
});
