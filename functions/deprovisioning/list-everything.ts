import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { apiResources } from '../transfer/api-resources.ts';
import { listObjects } from '../transfer/list-objects.ts';

/**
 * Every object in the namespace, of whatever kind the cluster knows, secrets and custom resources too; or in all namespaces when
 * none is given. Not events, which say what happened and are no part of what is. Throws the errors of the cluster, also when only
 * one kind cannot be read.
 */
export async function listEverything(kubernetes: Kubernetes, namespace?: string): Promise<KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  for (const resource of await apiResources(kubernetes)) {
    const { preferred, namespaced, verbs, plural } = resource;
    if (!preferred || !namespaced || !verbs.includes('list') || plural === 'events') continue;
    objects.push(...(await listObjects(kubernetes, resource, namespace)));
  }
  return objects;
}
