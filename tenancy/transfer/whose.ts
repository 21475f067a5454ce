import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { managedBy, managedByLabel } from '../workspace/names.ts';
import { kindOf, nameOf } from './named.ts';
import { systemNamespaces } from './place.ts';

/**
 * Why an object is not transferred.
 * - `platform`: it carries the platform's label, which tenants cannot set; the target has its own.
 * - `controlled`: a controller made it and makes it again (ReplicaSets of Deployments, pods, Jobs of CronJobs, certificates'
 *   secrets of an operator): its controller owner reference says so.
 * - `cluster`: every cluster makes its own (root certificate, `default` account, tokens, bootstrap roles, system namespaces).
 * - `passing`: it says what happened or who holds what at the moment (events, leases): in the target it would be untrue, and
 *   a transferred lease would keep the new holder waiting for one that is not there.
 * - `bound`: it names addresses, volumes or resources of the source's cluster (endpoints, snapshots, target groups).
 * - `finished`: a Job or pod that has run: made again it would run again.
 * - `ending`: it is being deleted.
 */
export type LeftBecause = 'platform' | 'controlled' | 'cluster' | 'passing' | 'bound' | 'finished' | 'ending';

/** Kinds that are never transferred, whoever made them. */
const never: Readonly<Record<string, LeftBecause>> = {
  Event: 'passing',
  'Event.events.k8s.io': 'passing',
  'Lease.coordination.k8s.io': 'passing',
  'LeaseCandidate.coordination.k8s.io': 'passing',
  'ControllerRevision.apps': 'controlled',
  // Made from Services; one that was written by hand holds addresses of the source, and no tenant may write one.
  Endpoints: 'bound',
  'EndpointSlice.discovery.k8s.io': 'bound',
  'CSIStorageCapacity.storage.k8s.io': 'bound',
  // Applied again it would be taken again, of a volume that is still empty.
  'VolumeSnapshot.snapshot.storage.k8s.io': 'bound',
  'PolicyEndpoint.networking.k8s.aws': 'bound',
  'TargetGroupBinding.elbv2.k8s.aws': 'bound',
  'TargetGroupBinding.eks.amazonaws.com': 'bound',
};

/** Kinds of which the cluster has some of its own. */
const madeByTheCluster: Readonly<Record<string, (object: KubernetesObject) => boolean>> = {
  ConfigMap: ({ metadata }) => metadata.name === 'kube-root-ca.crt',
  ServiceAccount: isBareDefaultAccount,
  // Tokens are minted in the target; long-lived ones are refused there. https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
  Secret: ({ type }) => type === 'kubernetes.io/service-account-token' || type === 'bootstrap.kubernetes.io/token',
  Service: ({ metadata }) => metadata.namespace === 'default' && metadata.name === 'kubernetes',
  Namespace: ({ metadata }) => metadata.name === 'default' || systemNamespaces.includes(metadata.name),
  'ClusterRole.rbac.authorization.k8s.io': isBootstrapped,
  'ClusterRoleBinding.rbac.authorization.k8s.io': isBootstrapped,
  'Role.rbac.authorization.k8s.io': isBootstrapped,
  'RoleBinding.rbac.authorization.k8s.io': isBootstrapped,
};

/**
 * Why the object is not the tenant's to take along; undefined if it is. An owner reference alone makes nothing `controlled`:
 * only that of a controller says who makes the object again. https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
 */
export function whyLeft(object: KubernetesObject): LeftBecause | undefined {
  const { metadata } = object;
  const kind = kindOf(object);
  // The label alone: tenants cannot set it, while they may label their own objects tenantry.dev/… as they like.
  if (metadata.labels?.[managedByLabel] === managedBy) return 'platform';
  if (metadata.deletionTimestamp !== undefined) return 'ending';
  if (metadata.ownerReferences?.some((owner) => owner['controller'] === true)) return 'controlled';
  const rule = Object.hasOwn(never, kind) ? never[kind] : undefined;
  if (rule !== undefined) return rule;
  if (systemNamespaces.includes(metadata.namespace ?? '')) return 'cluster';
  if (Object.hasOwn(madeByTheCluster, kind) && madeByTheCluster[kind]?.(object)) return 'cluster';
  return isFinished(kind, object) ? 'finished' : undefined;
}

/**
 * The `default` account as its controller makes it. With anything that a tenant added (pull secrets, annotations, no
 * token by default) it is the tenant's: its pods would not start without.
 */
function isBareDefaultAccount({ metadata, ...object }: KubernetesObject): boolean {
  if (metadata.name !== 'default') return false;
  const { labels = {}, annotations = {} } = metadata;
  const { imagePullSecrets = [], automountServiceAccountToken } = object as {
    imagePullSecrets?: unknown[];
    automountServiceAccountToken?: boolean;
  };
  const added = Object.keys(labels).length + Object.keys(annotations).length + imagePullSecrets.length;
  return added === 0 && automountServiceAccountToken === undefined;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings */
function isBootstrapped({ metadata }: KubernetesObject): boolean {
  return metadata.name.startsWith('system:') || metadata.labels?.['kubernetes.io/bootstrapping'] !== undefined;
}

function isFinished(kind: string, { status }: KubernetesObject): boolean {
  const { phase, conditions = [] } = (status ?? {}) as {
    phase?: string;
    conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  if (kind === 'Pod') return phase === 'Succeeded' || phase === 'Failed';
  if (kind !== 'Job.batch') return false;
  return conditions.some((each) => each.status === 'True' && (each.type === 'Complete' || each.type === 'Failed'));
}

/** An object that stays, and why. */
export interface Left {
  readonly object: string;
  readonly because: LeftBecause;
}

/** Which of the objects are transferred, and which are left, for what reason. */
export function divide(objects: readonly KubernetesObject[]): { own: KubernetesObject[]; left: Left[] } {
  const own: KubernetesObject[] = [];
  const left: Left[] = [];
  for (const object of objects) {
    const because = whyLeft(object);
    if (because === undefined) own.push(object);
    else left.push({ object: nameOf(object), because });
  }
  return { own, left };
}
