import { kindOf } from '../transfer/named.ts';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import type { Workspace } from '../workspace/names.ts';
import { namespaceObjects } from '../workspace/namespace-objects.ts';
import type { WorkspaceNumbers } from '../workspace/numbers.ts';
import type { Use } from './use.ts';

/** Kind -> resource as quotas name it. Pods are left out: the quota of the source knows how many of them count. */
const counted: Readonly<Record<string, string>> = {
  Service: 'services',
  Secret: 'secrets',
  ConfigMap: 'configmaps',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  ReplicationController: 'replicationcontrollers',
  ServiceAccount: 'count/serviceaccounts',
  'Deployment.apps': 'count/deployments.apps',
  'ReplicaSet.apps': 'count/replicasets.apps',
  'StatefulSet.apps': 'count/statefulsets.apps',
  'Job.batch': 'count/jobs.batch',
  'CronJob.batch': 'count/cronjobs.batch',
  'HorizontalPodAutoscaler.autoscaling': 'count/horizontalpodautoscalers.autoscaling',
  'PodDisruptionBudget.policy': 'count/poddisruptionbudgets.policy',
  'Ingress.networking.k8s.io': 'count/ingresses.networking.k8s.io',
  'NetworkPolicy.networking.k8s.io': 'count/networkpolicies.networking.k8s.io',
  'Role.rbac.authorization.k8s.io': 'count/roles.rbac.authorization.k8s.io',
  'RoleBinding.rbac.authorization.k8s.io': 'count/rolebindings.rbac.authorization.k8s.io',
};

/** How many objects of each kind there are, as a quota counts them. */
export function objectsByQuota(objects: readonly KubernetesObject[]): Use {
  const counts = new Map(Object.values(counted).map((resource) => [resource, 0]));
  counts.set('services.loadbalancers', 0);
  const add = (resource: string | undefined) => {
    if (resource !== undefined) counts.set(resource, (counts.get(resource) ?? 0) + 1);
  };
  for (const object of objects) {
    const kind = kindOf(object);
    add(Object.hasOwn(counted, kind) ? counted[kind] : undefined);
    // Its controller makes one for the template that it has.
    if (kind === 'Deployment.apps') add('count/replicasets.apps');
    if (kind === 'Service' && (object.spec as { type?: string })?.type === 'LoadBalancer')
      add('services.loadbalancers');
  }
  return Object.fromEntries([...counts].map(([resource, count]) => [resource, String(count)]));
}

/** What the platform and Kubernetes have in the namespace of a workspace: quotas count it like the tenant's. */
export function givenObjects(workspace: Workspace, numbers: WorkspaceNumbers): Use {
  const root: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt' } };
  return objectsByQuota([...namespaceObjects(workspace, numbers), root]);
}

/** The resources that the host namespace of a virtual cluster counts whatever the pods refer to. */
export const countedOnHosts: readonly string[] = ['services', 'services.loadbalancers', 'persistentvolumeclaims'];
