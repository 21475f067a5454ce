import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import { platformGroup } from '../workspace/names.ts';

/** What a virtual cluster's control plane may do in its own host namespace, bound there by `vc-<name>`. */
export const syncerClusterRole = 'tenantry-vcluster';
/** What the platform may do in the namespace of a virtual cluster beyond what it may everywhere. */
export const keeperClusterRole = 'tenantry-vcluster-keeper';

const rbac = 'rbac.authorization.k8s.io';
const every = ['create', 'delete', 'patch', 'update', 'get', 'list', 'watch'];
const read = ['get', 'list', 'watch'];

/** Not in the chart's role unless they are synced; vcluster watches them all the same, and without that never gets as far as its kubeconfig. */
export const watchedEndpointSlices = { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read };

/**
 * The rules of the chart's role for what is synced here. One cluster role for all instead of a role in each namespace:
 * whoever writes a role must hold what it gives or may `escalate`; to bind this one, the platform needs `bind` on its name.
 * The syncer may exec into pods of its namespace, since the tenant's `kubectl exec` goes through it.
 */
export const syncerRules = [
  {
    apiGroups: [''],
    resources: [
      'configmaps',
      'secrets',
      'services',
      'pods',
      'pods/attach',
      'pods/portforward',
      'pods/exec',
      'persistentvolumeclaims',
    ],
    verbs: every,
  },
  { apiGroups: [''], resources: ['pods/status', 'pods/ephemeralcontainers'], verbs: ['patch', 'update'] },
  { apiGroups: ['apps'], resources: ['statefulsets', 'replicasets', 'deployments'], verbs: read },
  { apiGroups: [''], resources: ['endpoints', 'pods/log'], verbs: read },
  { apiGroups: [''], resources: ['events'], verbs: ['create', ...read] },
  watchedEndpointSlices,
];

/** Secrets are here because the kubeconfig of the virtual cluster is one; everything else the control plane consists of. */
const keeperRules = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'patch'] },
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
  { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['persistentvolumeclaims'], verbs: ['get', 'list', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  // The isolation proof tries what the control plane's own account may do.
  { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
];

/** Once per cluster, part of its baseline: the two roles that role bindings of virtual clusters refer to. */
export function vclusterClusterRoles(): KubernetesObject[] {
  const apiVersion = `${rbac}/v1`;
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name: syncerClusterRole }, rules: syncerRules },
    { apiVersion, kind: 'ClusterRole', metadata: { name: keeperClusterRole }, rules: keeperRules },
  ];
}

/**
 * What the platform's own cluster role needs for virtual clusters, besides `bind` on {@link vclusterClusterRoles}. The address of
 * the host's API server, for the network policy of the control plane; and to delete the cluster role bindings that
 * virtual clusters of other values leave.
 */
export const platformVclusterRules = [
  { apiGroups: [''], resources: ['services'], resourceNames: ['kubernetes'], verbs: ['get'] },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], resourceNames: ['kubernetes'], verbs: ['get'] },
  { apiGroups: [rbac], resources: ['clusterrolebindings'], verbs: ['delete'] },
];

/** Binds the platform's group to its extra rights, in the namespace of one virtual cluster only. */
export function keeperBinding(): KubernetesObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'tenantry-platform' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: keeperClusterRole },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: platformGroup }],
  };
}
