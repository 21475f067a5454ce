import type { KubernetesObject } from '../../../tenancy/workspace/kubernetes-object.ts';
import { namespaceName } from '../../../tenancy/workspace/names.ts';
import { namespaceObjects } from '../../../tenancy/workspace/namespace-objects.ts';
import { basicNumbers } from '../../../tenancy/workspace/numbers.ts';
import { type MemoryKubernetes, memoryKubernetes } from '../../kubernetes/memory-kubernetes.ts';
import { objectPath } from '../../kubernetes/resources.ts';

/** What a test does to the cluster's requests: `before` or `after` the n-th one it is killed. */
export interface Kill {
  at: number;
  when: 'before' | 'after';
}

/** A cluster in memory that takes merge patches and answers discovery and lists, and can be killed at any request. */
export interface PatchableKubernetes extends MemoryKubernetes {
  /** Requests since the last kill was set. */
  requests: number;
  kill: Kill | undefined;
  /** Every object without what every write changes, as JSON. */
  dump(): string[];
}

/** The cluster of a tenant with a workspace, and some workloads of its own. */
export async function tenantCluster(tenantId: string): Promise<PatchableKubernetes> {
  const memory = memoryKubernetes();
  for (const object of namespaceObjects({ tenantId, tier: 'basic', generation: 1 }, basicNumbers))
    await memory.apply(object);
  for (const object of workloads(tenantId)) memory.objects.set(keyOf(object), object);
  const cluster: PatchableKubernetes = Object.assign(Object.create(memory) as PatchableKubernetes, {
    requests: 0,
    kill: undefined,
    dump: () => [...memory.objects.values()].map(withoutVersions).sort(),
  });
  memory.answer = async ({ method, path, body }) => {
    // Whether a virtual API answers.
    if (method === 'GET' && path.endsWith('/serviceaccounts/default')) return { status: 200, body: {} };
    if (method !== 'PATCH') throw new Error(`unexpected request ${method} ${path}`);
    return patch(memory, path, body as Patch);
  };
  return mortal(cluster, memory);
}

/** Replaces the calls of a client by ones that can be its last. */
function mortal(cluster: PatchableKubernetes, memory: MemoryKubernetes): PatchableKubernetes {
  const live = async <T>(work: () => Promise<T>): Promise<T> => {
    const { kill } = cluster;
    cluster.requests++;
    const request = cluster.requests;
    if (kill?.when === 'before' && request === kill.at) throw new Error('killed before');
    const answer = await work();
    if (kill?.when === 'after' && request === kill.at) throw new Error('killed after');
    return answer;
  };
  cluster.apply = (...args) => live(() => memory.apply(...args));
  cluster.delete = (...args) => live(() => memory.delete(...args));
  cluster.request = (...args) => live(() => memory.request(...args));
  cluster.get = (...args) => live(() => memory.get(...args));
  cluster.list = (...args) => live(() => memory.list(...args));
  return cluster;
}

type Patch = Record<string, unknown>;

function patch(memory: MemoryKubernetes, path: string, body: Patch) {
  const [wanted = ''] = path.split('?');
  const found = [...memory.objects].find(([, object]) => isAt(wanted, object));
  if (!found) return { status: 404, body: { message: `no ${path}` } };
  const [key, object] = found;
  memory.objects.set(key, merged(object, body) as KubernetesObject);
  memory.writes.push(`patch ${object.kind} ${object.metadata.name}`);
  return { status: 200, body: {} };
}

function isAt(path: string, object: KubernetesObject): boolean {
  return objectPath(object, object.metadata.name, object.metadata.namespace) === path;
}

/** https://datatracker.ietf.org/doc/html/rfc7396 */
function merged(target: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const result: Patch = typeof target === 'object' && target !== null ? { ...(target as Patch) } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = merged(result[key], value);
  }
  return result;
}

function workloads(tenantId: string): KubernetesObject[] {
  const namespace = namespaceName({ tenantId, generation: 1 });
  const object = (apiVersion: string, kind: string, name: string, rest: object): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    ...rest,
  });
  return [
    object('apps/v1', 'Deployment', 'web', { spec: { replicas: 3 } }),
    object('apps/v1', 'Deployment', 'asleep', { spec: { replicas: 0 } }),
    object('apps/v1', 'StatefulSet', 'store', { spec: { replicas: 2 } }),
    object('batch/v1', 'CronJob', 'nightly', { spec: { suspend: false } }),
    object('batch/v1', 'CronJob', 'paused', { spec: { suspend: true } }),
    object('batch/v1', 'Job', 'import', { spec: { suspend: false } }),
    object('networking.k8s.io/v1', 'NetworkPolicy', 'own', {
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
    }),
    object('v1', 'Secret', 'password', { data: { it: 'c2VjcmV0' } }),
  ];
}

function keyOf({ kind, metadata }: KubernetesObject): string {
  return [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/');
}

/** The API server leaves empty maps out. */
function withoutVersions({ status: _status, ...object }: KubernetesObject): string {
  const { generation: _generation, resourceVersion: _version, annotations, ...metadata } = object.metadata;
  const kept = annotations && Object.keys(annotations).length > 0 ? { annotations } : {};
  return JSON.stringify(sorted({ ...object, metadata: { ...metadata, ...kept } }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
