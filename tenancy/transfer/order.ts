import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { kindOf, nameOf } from './named.ts';

/**
 * Kinds in the order in which they are made: what others refer to comes first, so that nothing starts without what it needs. Network
 * policies come before what runs: nothing runs unfenced, not for a moment.
 */
const ranks: readonly (readonly string[])[] = [
  ['CustomResourceDefinition.apiextensions.k8s.io'],
  ['Namespace'],
  ['ResourceQuota', 'LimitRange'],
  ['ServiceAccount'],
  ['Secret'],
  ['ConfigMap'],
  ['ClusterRole.rbac.authorization.k8s.io', 'Role.rbac.authorization.k8s.io'],
  ['ClusterRoleBinding.rbac.authorization.k8s.io', 'RoleBinding.rbac.authorization.k8s.io'],
  ['NetworkPolicy.networking.k8s.io'],
  ['PersistentVolumeClaim'],
  ['Service'],
  ['PodTemplate'],
  // The first that run.
  ['StatefulSet.apps', 'DaemonSet.apps', 'Deployment.apps', 'ReplicaSet.apps', 'ReplicationController'],
  ['Job.batch', 'CronJob.batch', 'Pod'],
  // They look for what they scale as soon as they are there.
  ['HorizontalPodAutoscaler.autoscaling'],
  ['PodDisruptionBudget.policy'],
  ['Ingress.networking.k8s.io'],
];

const rankByKind = new Map(ranks.flatMap((kinds, rank) => kinds.map((kind) => [kind, rank] as const)));
const firstWorkload = rankByKind.get('Deployment.apps') ?? 0;
const lastWorkload = rankByKind.get('Pod') ?? 0;

/** Custom resources come last: their controllers make whatever they describe, out of everything before. */
export function rankOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): number {
  return rankByKind.get(kindOf(object)) ?? ranks.length;
}

/** Whether it runs something by itself. Custom resources may; nobody but their controllers knows. */
export function runsSomething(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean {
  const rank = rankOf(object);
  return rank >= firstWorkload && rank <= lastWorkload;
}

/** In order of making, by name within a kind: the same objects always come in the same order. */
export function inOrder(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects
    .map((object) => ({ object, rank: rankOf(object), name: nameOf(object) }))
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map(({ object }) => object);
}
