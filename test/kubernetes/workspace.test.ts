import { afterAll, beforeAll, expect, test } from 'vitest';
import { goodPod, goodService } from '../../functions/isolation/well-behaved.ts';
import type { Kubernetes } from '../../functions/kubernetes/client.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { ensureNamespace } from '../../functions/workspaces/ensure-namespace.ts';
import { releaseNamespace } from '../../functions/workspaces/release-namespace.ts';
import { admissionRulesFor } from '../../tenancy/workspace/admission-policies.ts';
import { groupName, platformGroup } from '../../tenancy/workspace/names.ts';
import { namespaceObjects } from '../../tenancy/workspace/namespace-objects.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from './eventually.ts';
import { startTestCluster, type TestCluster } from './test-cluster.ts';

let cluster: TestCluster;
let kubernetes: Kubernetes;
let administrator: Kubernetes;

beforeAll(async () => {
  cluster = await startTestCluster();
  administrator = cluster.administrator;
  await eventually(() => ensureClusterBaseline({ kubernetes: administrator }));
  // From here on with the platform's own, small role, as in production.
  kubernetes = cluster.client('platform-role', [platformGroup]);
});

afterAll(() => cluster?.stop());

function workspace(tenantId: string, numbers = basicNumbers) {
  return { tenantId, tier: 'basic', generation: 1, numbers };
}

async function makeTenant(tenantId: string, numbers = basicNumbers) {
  await eventually(() => ensureNamespace({ kubernetes }, workspace(tenantId, numbers)));
  const subject = { tenantId, namespace: `tenant-${tenantId}`, numbers, neighbour: 'default' };
  return { subject, tenant: cluster.client(`${tenantId}-role`, [groupName(tenantId, 'admin')]) };
}

test('every admission policy compiles and type-checks against this API server', async () => {
  const policies = await administrator.list({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
  });
  const names = policies.map((policy) => policy.metadata.name);
  expect(names).toEqual(expect.arrayContaining(admissionRulesFor([]).map((rule) => rule.name)));
  for (const { metadata, status } of policies) {
    expect({ policy: metadata.name, ...(status as object) }).toMatchObject({ observedGeneration: metadata.generation });
    expect({ policy: metadata.name, ...(status as object) }).not.toHaveProperty('typeChecking.expressionWarnings');
  }
});

test('the baseline is written once: what the API server keeps equals what is wanted', async () => {
  expect(await ensureClusterBaseline({ kubernetes })).toMatchObject({ removed: 0 });
});

test('writing a workspace again changes no object', async () => {
  await makeTenant('again');
  const versions = async () => {
    const wanted = namespaceObjects(workspace('again'), basicNumbers);
    const live = await Promise.all(
      wanted.map(({ apiVersion, kind, metadata: { name, namespace } }) =>
        administrator.get({ apiVersion, kind, name, namespace }),
      ),
    );
    return live.map((object) => `${object?.kind} ${object?.metadata.name} ${object?.metadata.resourceVersion}`);
  };
  const before = await versions();
  await ensureNamespace({ kubernetes }, workspace('again'));
  expect(await versions()).toEqual(before);
});

test('ten at once are one', async () => {
  const made = await Promise.all(
    Array.from({ length: 10 }, () => eventually(() => ensureNamespace({ kubernetes }, workspace('tenfold')))),
  );
  expect(new Set(made.map((each) => each.uid)).size).toBe(1);
});

test('a namespace that somebody else made is left as it was', async () => {
  const theirs = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tenant-taken', labels: { team: 'other' } } };
  const before = await administrator.apply(theirs);
  await expect(ensureNamespace({ kubernetes }, workspace('taken'))).rejects.toMatchObject({ name: 'ResourceNotOwned' });
  await expect(releaseNamespace({ kubernetes }, { tenantId: 'taken', generation: 1 })).rejects.toMatchObject({
    name: 'ResourceNotOwned',
  });
  const after = await kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: 'tenant-taken' });
  expect(after?.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
});

test('a tenant’s deployment comes to pods, with the defaults of the namespace', async () => {
  const { subject, tenant } = await makeTenant('worker');
  const { spec } = goodPod(subject);
  const app = { app: 'web' };
  const template = { metadata: { labels: app }, spec };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: subject.namespace },
    spec: { replicas: 2, selector: { matchLabels: app }, template },
  };
  await tenant.apply(deployment);
  await tenant.apply(goodService(subject));
  const pods = await eventually(async () => {
    const found = await tenant.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: subject.namespace });
    expect(found).toHaveLength(2);
    return found;
  });
  const resources = { limits: { cpu: '250m', memory: '256Mi' } };
  expect(pods[0]?.spec).toMatchObject({ containers: [{ resources }] });
});

test('an empty namespace and one in use are both released, with the objects that are protected', async () => {
  const { tenant, subject } = await makeTenant('leaver');
  await tenant.apply({ ...goodService(subject) });
  await expect(releaseNamespace({ kubernetes }, { tenantId: 'leaver', generation: 1 })).rejects.toMatchObject({
    name: 'StillDeleting',
  });
  await expect(ensureNamespace({ kubernetes }, workspace('leaver'))).rejects.toMatchObject({
    name: 'NamespaceTerminating',
  });
  expect(await eventually(() => releaseNamespace({ kubernetes }, { tenantId: 'leaver', generation: 1 }))).toMatchObject(
    {
      gone: true,
    },
  );
});

test('a namespace that cannot go says why', async () => {
  const { tenant, subject } = await makeTenant('stuck');
  const stuck = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'stuck', namespace: subject.namespace } };
  await tenant.apply({ ...stuck, metadata: { ...stuck.metadata, finalizers: ['example.com/forgotten'] } });
  await eventually(() =>
    expect(releaseNamespace({ kubernetes }, { tenantId: 'stuck', generation: 1 })).rejects.toThrow(
      'example.com/forgotten',
    ),
  );
  await administrator.apply({ ...stuck, metadata: { ...stuck.metadata, finalizers: [] } });
});

test('a host path volume is refused to everybody, the administrator too', async () => {
  const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/' } };
  const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'host' }, spec };
  await expect(administrator.tryCreate(volume)).rejects.toThrow('tenantry-host-path-volumes');
});

test('where the tier allows load balancers, they come without node ports', async () => {
  const objects = { ...basicNumbers.objects, 'services.loadbalancers': 1 };
  const { subject, tenant } = await makeTenant('balanced', { ...basicNumbers, objects, loadBalancers: true });
  const service = goodService(subject);
  const spec = { ...(service.spec as object), type: 'LoadBalancer' };
  await expect(tenant.tryCreate({ ...service, spec })).rejects.toThrow('tenantry-services');
  await eventually(() => tenant.tryCreate({ ...service, spec: { ...spec, allocateLoadBalancerNodePorts: false } }));
});

test('where the tier refuses standalone pods, only those with an owner are accepted', async () => {
  const { subject, tenant } = await makeTenant('owned', { ...basicNumbers, standalonePods: 'refused' });
  const pod = goodPod(subject);
  await eventually(() => tenant.tryCreate(pod));
  const metadata = { ...pod.metadata, ownerReferences: [] };
  await expect(tenant.tryCreate({ ...pod, metadata })).rejects.toThrow("'tenantry-standalone-pods'");
});

test('no pod of a tenant takes longer to end than a suspension waits for', async () => {
  const { subject, tenant } = await makeTenant('lingering');
  const pod = goodPod(subject);
  const ending = (seconds: number) => ({
    ...pod,
    spec: { ...(pod.spec as object), terminationGracePeriodSeconds: seconds },
  });
  await eventually(() => tenant.tryCreate(ending(600)));
  await expect(tenant.tryCreate(ending(601))).rejects.toThrow("'tenantry-termination'");
  // Nor by a deletion that asks for longer than the pod does.
  const metadata = { name: 'lingering', namespace: subject.namespace };
  await tenant.apply({ ...pod, metadata });
  const path = `/api/v1/namespaces/${subject.namespace}/pods/lingering`;
  // One that no node runs ends at once, whatever is asked.
  const target = { apiVersion: 'v1', kind: 'Node', name: 'some-node' };
  const binding = { apiVersion: 'v1', kind: 'Binding', metadata, target };
  expect(await administrator.request({ method: 'POST', path: `${path}/binding`, body: binding })).toMatchObject({
    status: 201,
  });
  const asking = (gracePeriodSeconds: number) => ({
    deletion: {
      method: 'DELETE' as const,
      path: `${path}?dryRun=All`,
      body: { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds },
    },
    eviction: {
      method: 'POST' as const,
      path: `${path}/eviction?dryRun=All`,
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata, deleteOptions: { gracePeriodSeconds } },
    },
  });
  const { deletion, eviction } = asking(601);
  expect(await tenant.request(deletion)).toMatchObject({
    status: 403,
    body: { message: expect.stringContaining("'tenantry-termination'") },
  });
  expect(await tenant.request(eviction)).toMatchObject({
    status: 403,
    body: { message: expect.stringContaining("'tenantry-eviction-termination'") },
  });
  for (const request of Object.values(asking(600)))
    expect((await tenant.request(request)).status, request.path).toBeLessThan(300);
  await administrator.request({ method: 'DELETE', path, body: { gracePeriodSeconds: 0 } });
});

test('a stricter tier takes effect on what is new, and leaves what exists alone', async () => {
  const { subject, tenant } = await makeTenant('stricter');
  const pod = { ...goodPod(subject), metadata: { name: 'before', namespace: subject.namespace } };
  await tenant.apply(pod);
  await makeTenant('stricter', { ...basicNumbers, imageRegistries: ['registry.example.com/'] });
  await eventually(() => expect(tenant.tryCreate(goodPod(subject))).rejects.toThrow('tenantry-image-registries'));
  const labelled = { ...pod, metadata: { ...pod.metadata, labels: { seen: 'yes' } } };
  expect((await tenant.apply(labelled)).metadata.labels).toMatchObject({ seen: 'yes' });
});

test('the platform’s role keeps the baseline, and reads nothing that tenants store', async () => {
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'tenantry-tenant-view' };
  await administrator.delete(role);
  await eventually(() => ensureClusterBaseline({ kubernetes }));
  expect(await administrator.get(role)).toBeDefined();
  for (const resource of ['secrets', 'configmaps', 'pods']) {
    expect(await kubernetes.mayI({ verb: 'list', resource })).toBe(false);
    expect(await kubernetes.mayI({ verb: 'get', resource, namespace: 'tenant-again' })).toBe(false);
  }
  const everything = { apiVersion: role.apiVersion, kind: 'ClusterRoleBinding', metadata: { name: 'mine' } };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  await expect(kubernetes.tryCreate({ ...everything, roleRef })).rejects.toThrow('not currently held');
});

test('only the platform binds its own group in a tenant’s namespace', async () => {
  const { tenant } = await makeTenant('binder');
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'for-the-platform', namespace: 'tenant-binder' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'tenantry-tenant-view' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: platformGroup }],
  };
  await expect(tenant.tryCreate(binding)).rejects.toThrow('only the platform binds its own group');
  expect(await kubernetes.tryCreate(binding)).toMatchObject({ kind: 'RoleBinding' });
});
