import { clusterRoles, tenantClusterRole } from '../workspace/cluster-roles.ts';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import type { TenantRole } from '../workspace/names.ts';

/** The namespace inside a virtual cluster that is the platform's. */
export const virtualSystemNamespace = 'tenantry-system';
/** The account in it that the tenant's kubeconfig holds tokens of. */
export const tenantAccount = 'tenant-admin';
const rbac = 'rbac.authorization.k8s.io';
const read = ['get', 'list', 'watch'];
const all = [...read, 'create', 'update', 'patch', 'delete', 'deletecollection'];

/**
 * The tenant inside its virtual cluster: what it may do in a namespace, in every namespace, and what only a cluster of one's
 * own allows (namespaces, cluster roles, custom resources of the groups it was given). Left out, since each would make it
 * the administrator: admission policies and webhooks (a mutating webhook could rewrite what the platform writes), aggregated
 * APIs, signing requests, impersonation, `bind`, `escalate`; and Endpoints, nodes and volumes, which belong to the host.
 * Beside that the roles `edit` and `view` as a namespace has them, for the tenant to bind: a binding that names one of them travels
 * between a namespace and a virtual cluster as it is.
 */
export function tenantAccess(customApiGroups: readonly string[]): KubernetesObject[] {
  const name = tenantClusterRole('admin');
  const apiVersion = `${rbac}/v1`;
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: tenantAccount, namespace: virtualSystemNamespace },
      automountServiceAccountToken: false,
    },
    clusterRole('admin', ownCluster(customApiGroups)),
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: tenantAccount, namespace: virtualSystemNamespace }],
    },
    clusterRole('edit'),
    clusterRole('view'),
  ];
}

/** A role as a namespace has it, with more. */
function clusterRole(role: TenantRole, more: readonly object[] = []): KubernetesObject {
  const name = tenantClusterRole(role);
  const inNamespaces = clusterRoles().find(({ metadata }) => metadata.name === name)?.rules as readonly object[];
  return { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules: [...inNamespaces, ...more] };
}

function ownCluster(customApiGroups: readonly string[]): object[] {
  const custom = customApiGroups.length === 0 ? [] : [{ apiGroups: customApiGroups, resources: ['*'], verbs: all }];
  return [
    { apiGroups: [''], resources: ['namespaces', 'resourcequotas', 'limitranges'], verbs: all },
    { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
    { apiGroups: [rbac], resources: ['clusterroles', 'clusterrolebindings'], verbs: all },
    { apiGroups: [''], resources: ['nodes', 'persistentvolumes'], verbs: read },
    { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: read },
    { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs: read },
    { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: read },
    { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: all },
    { nonResourceURLs: ['*'], verbs: ['get'] },
    ...custom,
  ];
}
