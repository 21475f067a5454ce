import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { tenantRoles } from '../../tenancy/workspace/names.ts';
import type { MergePatch } from './merge-patch.ts';

/** On what was stopped: by which suspension, and what it was before. */
export const suspendedAnnotation = 'tenantry.dev/suspended';

/** How a kind of object is stopped, and started as it was. */
interface Stop {
  readonly apiVersion: string;
  readonly kind: string;
  /** Whether it is something that runs, as opposed to a fence. */
  readonly workload: boolean;
  /** Whether the object follows another one, whose mark its controller copies to it. */
  follows(object: KubernetesObject): boolean;
  /** What is remembered of an object that has to be stopped; `undefined` for one that does not run, or not by itself. */
  before(object: KubernetesObject): Record<string, unknown> | undefined;
  /** The fields of a stopped object. */
  readonly stopped: MergePatch;
  /** The fields as they were. */
  started(before: Record<string, unknown>): MergePatch;
}

const scaled = (kind: string): Stop => ({
  apiVersion: 'apps/v1',
  kind,
  workload: true,
  follows: isControlled,
  before: (object) => {
    const { replicas = 1 } = object.spec as { replicas?: number };
    return replicas === 0 || isControlled(object) ? undefined : { replicas };
  },
  stopped: { spec: { replicas: 0 } },
  started: ({ replicas }) => ({ spec: { replicas } }),
});

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#suspending-a-job */
const suspendable = (kind: string): Stop => ({
  apiVersion: 'batch/v1',
  kind,
  workload: true,
  follows: () => false,
  before: (object) => {
    const { suspend = false } = object.spec as { suspend?: boolean };
    return suspend || isFinished(object) ? undefined : { suspend };
  },
  stopped: { spec: { suspend: true } },
  started: ({ suspend }) => ({ spec: { suspend } }),
});

/**
 * A policy is closed by taking its rules away. A policy that denies everything, on top of others, would close nothing: what any of
 * them allows is allowed. https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation
 */
const networkPolicy: Stop = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  workload: false,
  follows: () => false,
  before: (object) => {
    const { ingress = [], egress = [] } = object.spec as { ingress?: unknown[]; egress?: unknown[] };
    return ingress.length + egress.length === 0 ? undefined : (object.spec as Record<string, unknown>);
  },
  stopped: { spec: { ingress: null, egress: null } },
  started: ({ ingress = null, egress = null }) => ({ spec: { ingress, egress } }),
};

/** Subjects go, the binding stays: it has the same uid afterwards. */
const tenantBinding: Stop = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  workload: false,
  follows: () => false,
  before: ({ metadata, subjects }) => {
    const ofTenant = tenantRoles.some((role) => metadata.name === `tenant-${role}`);
    return ofTenant && Array.isArray(subjects) && subjects.length > 0 ? { subjects } : undefined;
  },
  stopped: { subjects: null },
  started: ({ subjects }) => ({ subjects }),
};

/**
 * What is stopped, in this order; started in the reverse. Access first: who is still in could start things again. Replica sets
 * are started after deployments, whose controller copies annotations to them.
 */
export const stops: readonly Stop[] = [
  tenantBinding,
  suspendable('CronJob'),
  suspendable('Job'),
  scaled('ReplicaSet'),
  scaled('StatefulSet'),
  scaled('Deployment'),
  networkPolicy,
];

/** Change that stops the object; `undefined` when there is nothing to stop. */
export function stopPatch(stop: Stop, object: KubernetesObject, suspensionId: string): MergePatch | undefined {
  const before = stop.before(object);
  const mark = object.metadata.annotations?.[suspendedAnnotation];
  if (before) return { ...stop.stopped, ...annotation(JSON.stringify({ by: suspensionId, before })) };
  // A mark that this suspension did not make is the tenant's own, who could have started something with it.
  return mark !== undefined && markOf(mark)?.by !== suspensionId ? annotation(null) : undefined;
}

/** Change that makes the object what it was; `undefined` for one that this suspension did not stop. */
export function startPatch(stop: Stop, object: KubernetesObject, suspensionId: string): MergePatch | undefined {
  const mark = markOf(object.metadata.annotations?.[suspendedAnnotation] ?? '');
  if (mark?.by !== suspensionId) return undefined;
  if (stop.follows(object)) return annotation(null);
  return { ...stop.started(mark.before), ...annotation(null) };
}

function annotation(value: string | null): MergePatch {
  return { metadata: { annotations: { [suspendedAnnotation]: value } } };
}

function markOf(text: string): { by: string; before: Record<string, unknown> } | undefined {
  try {
    const { by, before } = JSON.parse(text) as { by?: unknown; before?: unknown };
    if (typeof by !== 'string' || typeof before !== 'object' || before === null) return undefined;
    return { by, before: before as Record<string, unknown> };
  } catch (error) {
    // Tenants write what they like into annotations of their own objects.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Whether a controller keeps it: it follows when its owner is stopped. */
export function isControlled({ metadata }: KubernetesObject): boolean {
  return metadata.ownerReferences?.some((owner) => owner['controller'] === true) ?? false;
}

function isFinished({ status }: KubernetesObject): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some(({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'));
}
