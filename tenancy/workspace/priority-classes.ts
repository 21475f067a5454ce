import type { KubernetesObject } from './kubernetes-object.ts';

/** PriorityClasses that tiers may give to their tenants, lowest first. */
export const tenantPriorityClasses = ['tenantry-low', 'tenantry-standard', 'tenantry-high'] as const;

/** Classes that Kubernetes reserves for its own components; no tenant may use them. */
export const systemPriorityClasses = ['system-cluster-critical', 'system-node-critical'] as const;

const priority: Record<(typeof tenantPriorityClasses)[number], number> = {
  'tenantry-low': 100,
  'tenantry-standard': 1_000,
  'tenantry-high': 10_000,
};

/**
 * The cluster's PriorityClasses for tenants. None is the cluster's default: a pod that names none has priority 0, below
 * all of these. None preempts: a tenant's burst waits for room, it does not evict a neighbour.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
 */
export function priorityClasses(): KubernetesObject[] {
  return tenantPriorityClasses.map((name) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value: priority[name],
    preemptionPolicy: 'Never',
    description: 'Pods of tenants; which class a tenant may use is its tier’s decision.',
  }));
}
