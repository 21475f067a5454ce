/**
 * Where the kinds that this product touches live in the API. A table instead of discovery: discovery costs a request per
 * API group in every cold start, and the set is closed.
 */
const resources: Readonly<Record<string, { readonly plural: string; readonly namespaced: boolean }>> = {
  'v1/ConfigMap': namespaced('configmaps'),
  'v1/LimitRange': namespaced('limitranges'),
  'v1/Namespace': clusterWide('namespaces'),
  'v1/Node': clusterWide('nodes'),
  'v1/PersistentVolume': clusterWide('persistentvolumes'),
  'v1/PersistentVolumeClaim': namespaced('persistentvolumeclaims'),
  'v1/Pod': namespaced('pods'),
  'v1/ResourceQuota': namespaced('resourcequotas'),
  'v1/Secret': namespaced('secrets'),
  'v1/Service': namespaced('services'),
  'v1/ServiceAccount': namespaced('serviceaccounts'),
  'apps/v1/DaemonSet': namespaced('daemonsets'),
  'apps/v1/Deployment': namespaced('deployments'),
  'apps/v1/ReplicaSet': namespaced('replicasets'),
  'apps/v1/StatefulSet': namespaced('statefulsets'),
  'batch/v1/CronJob': namespaced('cronjobs'),
  'batch/v1/Job': namespaced('jobs'),
  'networking.k8s.io/v1/Ingress': namespaced('ingresses'),
  'networking.k8s.io/v1/NetworkPolicy': namespaced('networkpolicies'),
  'policy/v1/PodDisruptionBudget': namespaced('poddisruptionbudgets'),
  'discovery.k8s.io/v1/EndpointSlice': namespaced('endpointslices'),
  'rbac.authorization.k8s.io/v1/ClusterRole': clusterWide('clusterroles'),
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': clusterWide('clusterrolebindings'),
  'rbac.authorization.k8s.io/v1/Role': namespaced('roles'),
  'rbac.authorization.k8s.io/v1/RoleBinding': namespaced('rolebindings'),
  'storage.k8s.io/v1/StorageClass': clusterWide('storageclasses'),
  'scheduling.k8s.io/v1/PriorityClass': clusterWide('priorityclasses'),
  'apiextensions.k8s.io/v1/CustomResourceDefinition': clusterWide('customresourcedefinitions'),
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicy': clusterWide('mutatingadmissionpolicies'),
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding': clusterWide('mutatingadmissionpolicybindings'),
  'admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicy': clusterWide('mutatingadmissionpolicies'),
  'admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicyBinding': clusterWide('mutatingadmissionpolicybindings'),
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': clusterWide('validatingadmissionpolicies'),
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding': clusterWide('validatingadmissionpolicybindings'),
  'eks.amazonaws.com/v1/NodeClass': clusterWide('nodeclasses'),
  'karpenter.sh/v1/NodePool': clusterWide('nodepools'),
  'networking.k8s.aws/v1alpha1/ClusterNetworkPolicy': clusterWide('clusternetworkpolicies'),
  'policy.networking.k8s.io/v1alpha2/ClusterNetworkPolicy': clusterWide('clusternetworkpolicies'),
  'authorization.k8s.io/v1/SubjectAccessReview': clusterWide('subjectaccessreviews'),
  'authorization.k8s.io/v1/SelfSubjectAccessReview': clusterWide('selfsubjectaccessreviews'),
};

function namespaced(plural: string) {
  return { plural, namespaced: true };
}

function clusterWide(plural: string) {
  return { plural, namespaced: false };
}

/**
 * The path of a kind's collection, in a namespace for kinds that have one.
 * @throws TypeError for a kind that is not in the table, or a namespaced one without a namespace.
 */
export function collectionPath(type: { apiVersion: string; kind: string }, namespace?: string): string {
  const resource = resources[`${type.apiVersion}/${type.kind}`];
  if (resource === undefined) throw new TypeError(`${type.apiVersion} ${type.kind} is not a kind this client knows.`);
  const root = type.apiVersion === 'v1' ? '/api/v1' : `/apis/${type.apiVersion}`;
  if (!resource.namespaced) return `${root}/${resource.plural}`;
  if (namespace === undefined) throw new TypeError(`${type.kind} needs a namespace.`);
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`;
}

/** The path of one object. RBAC names may hold colons, hence the encoding. */
export function objectPath(type: { apiVersion: string; kind: string }, name: string, namespace?: string): string {
  return `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
}
