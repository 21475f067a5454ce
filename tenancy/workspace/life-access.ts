import type { KubernetesObject } from './kubernetes-object.ts';
import { managedBy, managedByLabel, platformGroup } from './names.ts';

/** What suspending and resuming takes in a tenant's namespace: bound there only as long as the tenant is suspended. */
export const suspensionClusterRole = 'tenantry-suspension';
/** What exporting takes in a tenant's namespace: reading everything, secrets too. Bound there only while it is taken down. */
export const exportClusterRole = 'tenantry-export';

const rbac = 'rbac.authorization.k8s.io';
const change = ['get', 'list', 'patch'];

const suspensionRules = [
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'replicasets'], verbs: change },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: change },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
];

const exportRules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }];

/** Once per cluster, part of its baseline: the roles that the platform binds to itself in one namespace, for a time. */
export function lifeClusterRoles(): KubernetesObject[] {
  const apiVersion = `${rbac}/v1`;
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name: suspensionClusterRole }, rules: suspensionRules },
    { apiVersion, kind: 'ClusterRole', metadata: { name: exportClusterRole }, rules: exportRules },
  ];
}

/** What the platform's own cluster role needs for these, besides `bind` on {@link lifeClusterRoles}: giving the rights up. */
export const platformLifeRules = [
  {
    apiGroups: [rbac],
    resources: ['rolebindings'],
    resourceNames: [suspensionClusterRole, exportClusterRole],
    verbs: ['delete'],
  },
];

/** Binds the platform's group to one of the roles in one namespace. It carries the name of the role. */
export function lifeBinding(
  role: typeof suspensionClusterRole | typeof exportClusterRole,
  namespace: string,
): KubernetesObject {
  return {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: role, namespace, labels: { [managedByLabel]: managedBy } },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: rbac, kind: 'Group', name: platformGroup }],
  };
}
