import { CatalogueError } from '../../tenancy/errors.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes, KubernetesRequest } from './client.ts';

/** A cluster for unit tests: keeps objects, and does what controllers do when it is told to. No admission, no RBAC. */
export interface MemoryKubernetes extends Kubernetes {
  /** Key: `Kind/namespace/name`, without the namespace for kinds that have none. */
  readonly objects: Map<string, KubernetesObject>;
  /** Every write, in order: `apply Namespace tenant-acme`. */
  readonly writes: string[];
  /** The controllers' part: quotas are counted, root certificates published, policies checked, deleted namespaces end. */
  settle(): void;
  /** Answers of `may` and `mayI`. */
  allowed: boolean;
  /** Throws to make `tryCreate` refuse. */
  admission: (object: KubernetesObject) => void;
  /** Answers raw requests. */
  answer: Kubernetes['request'];
}

/** An empty cluster. With `settled`, controllers do their part after each write. */
export function memoryKubernetes({ settled = true }: { settled?: boolean } = {}): MemoryKubernetes {
  const objects = new Map<string, KubernetesObject>();
  const writes: string[] = [];
  let uid = 0;
  const cluster: MemoryKubernetes = {
    objects,
    writes,
    allowed: true,
    admission: () => undefined,
    answer: async ({ method, path }: KubernetesRequest) => {
      throw new Error(`unexpected request ${method} ${path}`);
    },
    settle: () => settle(objects),
    request: (request) => cluster.answer(request),
    apply: async (object, options) => {
      const key = keyOf(object);
      const before = objects.get(key);
      expectNamespace(objects, object);
      if (options?.subresource === 'status') return applyStatus(objects, key, object);
      const generation = (before?.metadata.generation ?? 0) + 1;
      uid += before === undefined ? 1 : 0;
      const metadata = { ...object.metadata, uid: before?.metadata.uid ?? `uid-${uid}`, generation };
      const live = { ...before, ...object, metadata };
      if (options?.dryRun) return live;
      objects.set(key, live);
      writes.push(`apply ${object.kind} ${object.metadata.name}`);
      if (settled) settle(objects);
      return live;
    },
    tryCreate: async (object) => {
      cluster.admission(object);
      return object;
    },
    get: async ({ kind, namespace, name }) => objects.get(keyOf({ kind, metadata: { name, namespace } })),
    list: async ({ kind }, { namespace, labelSelector, limit } = {}) =>
      [...objects.values()]
        .filter(
          (object) => object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
        )
        .filter((object) => matches(object, labelSelector))
        .slice(0, limit),
    delete: async ({ kind, namespace, name }, options) => {
      const key = keyOf({ kind, metadata: { name, namespace } });
      const object = objects.get(key);
      if (object === undefined) return false;
      if (options?.uid !== undefined && options.uid !== object.metadata.uid) {
        throw new CatalogueError('KubernetesConflict', `the UID in the precondition is not that of ${key}`);
      }
      writes.push(`delete ${kind} ${name}`);
      if (kind !== 'Namespace') return objects.delete(key);
      objects.set(key, { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-11-22T00:00:00Z' } });
      if (settled) settle(objects);
      return true;
    },
    may: async () => cluster.allowed,
    mayI: async () => cluster.allowed,
  };
  return cluster;
}

function keyOf({ kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>): string {
  return [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/');
}

function expectNamespace(objects: ReadonlyMap<string, KubernetesObject>, { metadata }: KubernetesObject): void {
  if (metadata.namespace === undefined || objects.has(`Namespace/${metadata.namespace}`)) return;
  throw new CatalogueError('KubernetesInvalid', `namespaces "${metadata.namespace}" not found`);
}

function applyStatus(objects: Map<string, KubernetesObject>, key: string, { metadata, status }: KubernetesObject) {
  const live = objects.get(key);
  if (live === undefined || metadata.resourceVersion !== live.metadata.resourceVersion) {
    throw new CatalogueError('KubernetesConflict', `${key} has been modified`);
  }
  objects.set(key, { ...live, status });
  return { ...live, status };
}

/** Label selectors as far as the product uses them: `key`, `key=value`, `key!=value`, joined by commas. */
function matches({ metadata }: KubernetesObject, selector: string | undefined): boolean {
  return (selector ?? '').split(',').every((term) => {
    const [key = '', value] = term.split(/!?=/);
    const label = metadata.labels?.[key];
    if (term.includes('!=')) return label !== value;
    return value === undefined ? key === '' || label !== undefined : label === value;
  });
}

function settle(objects: Map<string, KubernetesObject>): void {
  for (const [key, object] of objects) {
    if (object.kind === 'ResourceQuota') {
      const { hard } = object.spec as { hard: object };
      objects.set(key, { ...object, status: { hard, used: {} } });
    }
    if (object.kind === 'ValidatingAdmissionPolicy') {
      objects.set(key, { ...object, status: { observedGeneration: object.metadata.generation } });
    }
    if (object.kind === 'Namespace') settleNamespace(objects, object);
  }
}

function settleNamespace(objects: Map<string, KubernetesObject>, { metadata }: KubernetesObject): void {
  const namespace = metadata.name;
  if (metadata.deletionTimestamp === undefined) {
    const certificate = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace } };
    objects.set(keyOf(certificate), certificate);
    return;
  }
  objects.delete(`Namespace/${namespace}`);
  for (const [key, object] of objects) if (object.metadata.namespace === namespace) objects.delete(key);
}
