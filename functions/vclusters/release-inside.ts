import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { kubernetesError, type Status } from '../kubernetes/errors.ts';

/** Namespaces that Kubernetes refuses to delete; what is in them is deleted one kind after the other. */
const permanent = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/**
 * What keeps making pods and claims; deleted before them. Jobs and the like go with their namespaces, in `default` by this list.
 * DNS of the virtual cluster is among them: nothing inside needs it any more.
 */
const collections = [
  'apis/apps/v1/namespaces/NAMESPACE/deployments',
  'apis/apps/v1/namespaces/NAMESPACE/statefulsets',
  'apis/apps/v1/namespaces/NAMESPACE/replicasets',
  'apis/batch/v1/namespaces/NAMESPACE/cronjobs',
  'apis/batch/v1/namespaces/NAMESPACE/jobs',
  'api/v1/namespaces/NAMESPACE/pods',
  'api/v1/namespaces/NAMESPACE/persistentvolumeclaims',
];

/**
 * Begins the end of everything inside a virtual cluster that exists outside of it: load balancers, volumes and the pods that use
 * them. Does not wait: what the tenant's finalizers hold up inside is of no account once it is gone from the host.
 */
export async function releaseInside(administrator: Kubernetes): Promise<void> {
  const namespaces = await administrator.list({ apiVersion: 'v1', kind: 'Namespace' });
  for (const { metadata } of namespaces) {
    if (permanent.has(metadata.name)) await empty(administrator, metadata.name);
    else await administrator.delete({ apiVersion: 'v1', kind: 'Namespace', name: metadata.name });
  }
}

async function empty(administrator: Kubernetes, namespace: string): Promise<void> {
  for (const collection of collections) {
    await deleteAll(administrator, `/${collection.replace('NAMESPACE', namespace)}`);
  }
  const services = await administrator.list({ apiVersion: 'v1', kind: 'Service' }, { namespace });
  for (const { metadata } of services.filter(isLoadBalancer)) {
    await administrator.delete({ apiVersion: 'v1', kind: 'Service', name: metadata.name, namespace });
  }
}

async function deleteAll(administrator: Kubernetes, path: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
  const { status, body: answer } = await administrator.request({ method: 'DELETE', path, body });
  if (status >= 300) throw kubernetesError(`DELETE ${path}`, status, answer as Status);
}

/** Whether it is a Service that a load balancer stands for. */
export function isLoadBalancer({ spec }: KubernetesObject): boolean {
  return (spec as { type?: string } | undefined)?.type === 'LoadBalancer';
}
