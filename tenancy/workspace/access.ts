import { tenantClusterRole } from './cluster-roles.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { groupName, tenantRoles } from './names.ts';

/**
 * Binds the tenant's groups to the trimmed cluster roles, inside its namespace only. Groups, not users: the EKS access
 * entry decides who is in them. https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function roleBindings(tenantId: string): KubernetesObject[] {
  return tenantRoles.map((role) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `tenant-${role}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: tenantClusterRole(role) },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: groupName(tenantId, role) }],
  }));
}
