import { platformVclusterRules, vclusterClusterRoles } from '../vcluster/cluster-roles.ts';
import { tenantClusterRole } from './cluster-roles.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { lifeClusterRoles, platformLifeRules } from './life-access.ts';
import { platformGroup, tenantRoles } from './names.ts';

const name = 'tenantry-platform';

/**
 * What the platform's functions may do, once the baseline is there: make and release fenced namespaces and keep the
 * baseline. They never read what tenants store: no secrets, no config maps, no pods. Only the first baseline of a
 * cluster needs an administrator.
 */
export function platformAccess(): KubernetesObject[] {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: platformGroup }];
  const group = 'rbac.authorization.k8s.io/v1';
  return [
    { apiVersion: group, kind: 'ClusterRole', metadata: { name }, rules },
    { apiVersion: group, kind: 'ClusterRoleBinding', metadata: { name }, roleRef, subjects },
  ];
}

const ensure = ['get', 'list', 'create', 'patch'];
const rbac = 'rbac.authorization.k8s.io';

const rules = [
  { apiGroups: [''], resources: ['namespaces'], verbs: [...ensure, 'delete'] },
  { apiGroups: [''], resources: ['resourcequotas', 'limitranges', 'serviceaccounts'], verbs: ensure },
  { apiGroups: [''], resources: ['resourcequotas/status'], verbs: ['patch'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ensure },
  { apiGroups: [rbac], resources: ['rolebindings', 'clusterrolebindings'], verbs: ensure },
  { apiGroups: [rbac], resources: ['clusterroles'], verbs: [...ensure, 'delete'] },
  // The roles it gives away and keeps up to date are wider than its own: it binds these, and may not bind any other.
  { apiGroups: [rbac], resources: ['clusterroles'], resourceNames: ownRoles(), verbs: ['bind', 'escalate'] },
  { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs: [...ensure, 'delete'] },
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
    verbs: [...ensure, 'delete'],
  },
  {
    apiGroups: ['admissionregistration.k8s.io'],
    resources: ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'],
    verbs: [...ensure, 'delete'],
  },
  { apiGroups: ['karpenter.sh'], resources: ['nodepools'], verbs: [...ensure, 'delete'] },
  { apiGroups: ['eks.amazonaws.com'], resources: ['nodeclasses'], verbs: [...ensure, 'delete'] },
  {
    apiGroups: ['networking.k8s.aws', 'policy.networking.k8s.io'],
    resources: ['clusternetworkpolicies'],
    verbs: [...ensure, 'delete'],
  },
  // The one config map of the baseline; an apply that creates asks for the right to create that very name.
  { apiGroups: [''], resources: ['configmaps'], resourceNames: ['amazon-vpc-cni'], verbs: ['get', 'create', 'patch'] },
  { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: [...ensure, 'delete'] },
  // Whose claim a volume is of, to see that it goes with the namespace.
  { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['get', 'list'] },
  ...platformVclusterRules,
  ...platformLifeRules,
  // No real resource: the admission policies ask for it to tell the platform from tenants.
  { apiGroups: ['tenantry.dev'], resources: ['workspaces'], verbs: ['manage'] },
];

function ownRoles(): string[] {
  const bound = [...vclusterClusterRoles(), ...lifeClusterRoles()];
  return [...tenantRoles.map(tenantClusterRole), ...bound.map(({ metadata }) => metadata.name), name];
}
