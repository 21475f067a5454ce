import { expect } from 'vitest';
import type { Kubernetes, KubernetesRequest } from '../../functions/kubernetes/client.ts';
import { apiResources, pathOf } from '../../functions/transfer/api-resources.ts';
import { listTenantObjects } from '../../functions/transfer/list-tenant-objects.ts';
import { ensureNamespace } from '../../functions/workspaces/ensure-namespace.ts';
import { nameOf } from '../../tenancy/transfer/named.ts';
import type { Place } from '../../tenancy/transfer/place.ts';
import { planTransfer } from '../../tenancy/transfer/plan.ts';
import { nodesOf } from '../../tenancy/transfer/tier-nodes.ts';
import { tenantAccess } from '../../tenancy/vcluster/virtual-access.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { groupName, namespaceName, platformGroup } from '../../tenancy/workspace/names.ts';
import { basicNumbers, type WorkspaceNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from './eventually.ts';
import type { TestCluster } from './test-cluster.ts';

const customApiGroups = ['example.com'];

/** Where objects of a virtual cluster are. */
export const virtual: Place = { kind: 'virtual-cluster', customApiGroups };

/** The tenant as it is inside its virtual cluster: with the same cluster role, bound to a group. */
export async function tenantInside(cluster: TestCluster): Promise<Kubernetes> {
  const [account, role, binding, ...others] = tenantAccess(customApiGroups);
  if (!account || !role || !binding) throw new Error('the tenant has an account, a role and a binding');
  const apiGroup = 'rbac.authorization.k8s.io';
  const labels = { 'app.kubernetes.io/managed-by': 'tenantry' };
  const ours = (object: KubernetesObject) => ({ ...object, metadata: { ...object.metadata, labels } });
  for (const each of [role, ...others]) await cluster.administrator.apply(ours(each));
  await cluster.administrator.apply(ours({ ...binding, subjects: [{ apiGroup, kind: 'Group', name: 'inside' }] }));
  return cluster.client('tenant-admin', ['inside']);
}

/** A placement's workspace with its fences, and the tenant in it. */
export interface TestWorkspace {
  readonly place: Place;
  readonly namespace: string;
  readonly tenant: Kubernetes;
}

/** Ensures the workspace of a tenant's placement, with the platform's own rights. */
export async function workspaceIn(
  cluster: Pick<TestCluster, 'client'>,
  { tier = 'basic', ...placed }: { readonly tenantId: string; readonly generation: number; readonly tier?: string },
  numbers: WorkspaceNumbers = basicNumbers,
): Promise<TestWorkspace> {
  const platform = cluster.client('platform-role', [platformGroup]);
  await eventually(() => ensureNamespace({ kubernetes: platform }, { ...placed, tier, numbers }));
  const namespace = namespaceName(placed);
  const ingressDomain = `${placed.tenantId}.${numbers.ingress.domain}`;
  return {
    place: { kind: 'namespace', namespace, ingressDomain, nodes: nodesOf(tier, numbers) },
    namespace,
    tenant: cluster.client(`${namespace}-role`, [groupName(placed.tenantId, 'admin')]),
  };
}

/** As the tenant itself makes it, with a field manager of its own. */
export async function make(kubernetes: Kubernetes, objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects)
    await eventually(async () => {
      const resource = (await apiResources(kubernetes)).find(
        ({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind,
      );
      if (resource === undefined) throw new Error(`${object.kind} is not served yet`);
      const { name, namespace } = object.metadata;
      const path = `${pathOf(resource, namespace)}/${name}?fieldManager=kubectl`;
      const contentType = 'application/apply-patch+yaml';
      const answer = await kubernetes.request({ method: 'PATCH', path, contentType, body: object });
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    }, 10);
}

/** What each object is at, to see whether something wrote to it. */
export const versions = (objects: readonly KubernetesObject[]) =>
  objects.map((object) => `${nameOf(object)} ${object.metadata.resourceVersion}`).sort();

/** What in the place is the tenant's own. */
export async function own(place: Place, kubernetes: Kubernetes): Promise<KubernetesObject[]> {
  const objects = await listTenantObjects(kubernetes, place);
  const planned = new Set(planTransfer(objects, { source: place, target: place }).objects.map(nameOf));
  return objects.filter((object) => planned.has(nameOf(object)));
}

/** Notes the path of every write. */
export function recording(kubernetes: Kubernetes, writes: string[]): Kubernetes {
  const request = async (asked: KubernetesRequest) => {
    if (asked.method !== 'GET') writes.push(asked.path);
    return kubernetes.request(asked);
  };
  return { ...kubernetes, request };
}

/** Refuses every write, as admission would. */
export function readOnly(kubernetes: Kubernetes): Kubernetes {
  const request = async (asked: KubernetesRequest) =>
    asked.method === 'GET'
      ? kubernetes.request(asked)
      : { status: 403, body: { reason: 'Forbidden', message: 'not now' } };
  return { ...kubernetes, request };
}

/** What it throws; an Error in any case. */
export async function failureOf(attempt: Promise<unknown>): Promise<Error> {
  const thrown = await attempt.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  return thrown as Error;
}
