import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Control } from '../../functions/isolation/case.ts';
import { isolationCases, proveIsolation } from '../../functions/isolation/prove-isolation.ts';
import type { Kubernetes } from '../../functions/kubernetes/client.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { ensureNamespace } from '../../functions/workspaces/ensure-namespace.ts';
import { groupName } from '../../tenancy/workspace/names.ts';
import { namespaceObjects } from '../../tenancy/workspace/namespace-objects.ts';
import { basicNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from './eventually.ts';
import { startTestCluster, type TestCluster } from './test-cluster.ts';

const acme = { tenantId: 'acme', tier: 'basic', generation: 1, numbers: basicNumbers };
const namespace = 'tenant-acme';
const rbac = 'rbac.authorization.k8s.io/v1';
const cases = isolationCases({ tenantId: 'acme', namespace, numbers: basicNumbers, neighbour: 'tenant-globex' });
const casesOf = (kind: Control['kind']) => cases.filter((each) => each.control.kind === kind).map((each) => each.name);

const roleRef = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name });
const acmeAdmins = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: groupName('acme', 'admin') }];

let cluster: TestCluster;
let platform: Kubernetes;
let tenant: Kubernetes;

beforeAll(async () => {
  cluster = await startTestCluster();
  platform = cluster.administrator;
  tenant = cluster.client('acme-role', [groupName('acme', 'admin')]);
  await restore();
  await eventually(() => ensureNamespace({ kubernetes: platform }, { ...acme, tenantId: 'globex' }));
});

afterAll(() => cluster?.stop());

/** Everything as it should be; what a test took away comes back. */
async function restore(): Promise<void> {
  await eventually(() => ensureClusterBaseline({ kubernetes: platform }));
  await eventually(() => ensureNamespace({ kubernetes: platform }, acme));
  await eventually(prove);
}

const prove = () => proveIsolation({ tenant, platform }, { tenantId: 'acme', generation: 1, numbers: basicNumbers });

/** Names of the cases that a proof with a missing control fails on; empty if it passes. */
async function failedCases(): Promise<string[]> {
  try {
    await prove();
    return [];
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'IsolationBreached') throw error;
    return cases.map((each) => each.name).filter((name) => error.message.includes(`"${name}" wants `));
  }
}

test('a fenced namespace passes, every case by the intended control', async () => {
  const proof = await prove();
  expect(proof.cases.map((each) => each.name)).toEqual(cases.map((each) => each.name));
  const controls = new Set(cases.map((each) => each.control.kind));
  expect(controls.size).toBe(7);
});

test('no two cases are the same request', () => {
  const requests = cases.map((each) => JSON.stringify(each.request));
  expect(new Set(requests).size).toBe(requests.length);
});

describe('the proof goes red when a control is taken away:', () => {
  test('Pod Security', async () => {
    const [wanted] = namespaceObjects(acme, basicNumbers);
    if (wanted === undefined) throw new Error('no namespace');
    const labels = { ...wanted.metadata.labels, 'pod-security.kubernetes.io/enforce': 'privileged' };
    await platform.apply({ ...wanted, metadata: { ...wanted.metadata, labels } });
    await eventually(async () => expect(await failedCases()).toEqual(casesOf('PodSecurity')));
    await restore();
  });

  test('the admission policies', async () => {
    const type = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding' };
    const bindings = await platform.list(type);
    for (const { metadata } of bindings) await platform.delete({ ...type, name: metadata.name });
    // Where a second control stands behind the policy (quota, RBAC), its answer is not the intended one either.
    await eventually(async () => expect(await failedCases()).toEqual(casesOf('ValidatingAdmissionPolicy')));
    await restore();
  });

  test('the compute quota', async () => {
    await platform.delete({ apiVersion: 'v1', kind: 'ResourceQuota', name: 'tenant-compute', namespace });
    await eventually(async () => expect(await failedCases()).toEqual(casesOf('ResourceQuota')));
    await restore();
  });

  test('the limits', async () => {
    await platform.delete({ apiVersion: 'v1', kind: 'LimitRange', name: 'tenant-limits', namespace });
    await eventually(async () => expect(await failedCases()).toEqual(expect.arrayContaining(casesOf('LimitRange'))));
    await restore();
  });

  test('RBAC, by a right too many in a neighbour’s namespace', async () => {
    const admission = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding' };
    const mistake = { apiVersion: rbac, kind: 'RoleBinding' };
    const metadata = { name: 'mistake', namespace: 'tenant-globex' };
    // Two mistakes are needed: the policy refuses such a binding to everybody.
    await platform.delete({ ...admission, name: 'tenantry-role-bindings' });
    await eventually(() =>
      platform.apply({ ...mistake, metadata, roleRef: roleRef('tenantry-tenant-admin'), subjects: acmeAdmins }),
    );
    await eventually(async () => {
      const failed = await failedCases();
      expect(failed).toEqual(expect.arrayContaining(['neighbour: list secrets', 'neighbour: run a command']));
      expect(failed.every((each) => /^(neighbour|role binding): /.test(each))).toBe(true);
    });
    await platform.delete({ ...mistake, ...metadata });
    await restore();
  });

  test('RBAC, by making the tenant an administrator of everything', async () => {
    const mistake = { apiVersion: rbac, kind: 'ClusterRoleBinding' };
    const metadata = { name: 'mistake' };
    await platform.apply({ ...mistake, metadata, roleRef: roleRef('cluster-admin'), subjects: acmeAdmins });
    await eventually(async () => {
      const failed = await failedCases();
      expect(failed).toEqual(expect.arrayContaining([...casesOf('RBAC'), ...casesOf('RBAC escalation')]));
    });
    await platform.delete({ ...mistake, ...metadata });
    await restore();
  });
});

test('a tenant whose access entry has no effect yet is waited for, not failed', async () => {
  const stranger = cluster.client('nobody', ['tenant:nobody:admin']);
  await expect(
    proveIsolation({ tenant: stranger, platform }, { tenantId: 'acme', generation: 1, numbers: basicNumbers }),
  ).rejects.toMatchObject({ name: 'NotYetConsistent' });
});
