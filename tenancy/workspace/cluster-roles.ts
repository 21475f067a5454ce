import type { KubernetesObject } from './kubernetes-object.ts';
import { type TenantRole, tenantRoles } from './names.ts';

interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const read = ['get', 'list', 'watch'];
const write = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** Name of the cluster role behind a tenant's role. */
export function tenantClusterRole(role: TenantRole): string {
  return `tenantry-tenant-${role}`;
}

/**
 * The roles tenants get: own copies of Kubernetes' user-facing roles without what would reach past the namespace. Not
 * the built-in `admin` and `edit`, since those are aggregated: any operator that is installed later can add rights to them.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
 */
export function clusterRoles(): KubernetesObject[] {
  return tenantRoles.map((role) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: tenantClusterRole(role) },
    rules: rules[role],
  }));
}

/** Sees the workload and its fences; no secrets, no roles. */
const view: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: [
      'pods',
      'pods/log',
      'pods/status',
      'services',
      'services/status',
      'endpoints',
      'configmaps',
      'events',
      'persistentvolumeclaims',
      'persistentvolumeclaims/status',
      'serviceaccounts',
      'replicationcontrollers',
      'resourcequotas',
      'resourcequotas/status',
      'limitranges',
      'namespaces',
    ],
    verbs: read,
  },
  {
    apiGroups: ['apps'],
    resources: [
      'deployments',
      'deployments/scale',
      'deployments/status',
      'replicasets',
      'replicasets/scale',
      'replicasets/status',
      'statefulsets',
      'statefulsets/scale',
      'statefulsets/status',
      'controllerrevisions',
    ],
    verbs: read,
  },
  { apiGroups: ['batch'], resources: ['jobs', 'jobs/status', 'cronjobs', 'cronjobs/status'], verbs: read },
  {
    apiGroups: ['autoscaling'],
    resources: ['horizontalpodautoscalers', 'horizontalpodautoscalers/status'],
    verbs: read,
  },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'ingresses/status', 'networkpolicies'], verbs: read },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets', 'poddisruptionbudgets/status'], verbs: read },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: read },
];

/**
 * Runs workloads. Left out on purpose: writing Endpoints and EndpointSlices (they would route a Service to another
 * tenant's pods, CVE-2021-25740), DaemonSets (a pod on every shared node), ReplicationControllers, ephemeral containers,
 * `proxy` subresources, impersonating service accounts and minting their tokens.
 */
const edit: readonly PolicyRule[] = [
  ...view,
  {
    apiGroups: [''],
    resources: ['pods', 'services', 'configmaps', 'persistentvolumeclaims', 'serviceaccounts'],
    verbs: write,
  },
  { apiGroups: [''], resources: ['secrets'], verbs: [...read, ...write] },
  // `get` too: exec over WebSocket is a GET.
  { apiGroups: [''], resources: ['pods/exec', 'pods/attach', 'pods/portforward'], verbs: ['create', 'get'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: ['apps'], resources: ['deployments', 'replicasets', 'statefulsets'], verbs: write },
  {
    apiGroups: ['apps'],
    resources: ['deployments/scale', 'replicasets/scale', 'statefulsets/scale'],
    verbs: ['update', 'patch'],
  },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: write },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: write },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'], verbs: write },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: write },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: [...read, ...write] },
];

/** Manages access inside the namespace. Without `bind` and `escalate`, so that nobody can give what they do not have. */
const admin: readonly PolicyRule[] = [
  ...edit,
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: [...read, ...write] },
  { apiGroups: ['authorization.k8s.io'], resources: ['localsubjectaccessreviews'], verbs: ['create'] },
];

const rules: Record<TenantRole, readonly PolicyRule[]> = { admin, edit, view };
