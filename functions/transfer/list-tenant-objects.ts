import { groupOf } from '../../tenancy/transfer/named.ts';
import { type Place, systemNamespaces } from '../../tenancy/transfer/place.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { type ApiResource, apiResources } from './api-resources.ts';
import { listObjects } from './list-objects.ts';

/** What only a cluster of one's own has, and a tenant may make in it; with the cluster-wide kinds that it defined itself. */
const clusterWide: Readonly<Record<string, readonly string[]>> = {
  '': ['namespaces'],
  'rbac.authorization.k8s.io': ['clusterroles', 'clusterrolebindings'],
  'apiextensions.k8s.io': ['customresourcedefinitions'],
};

/**
 * Everything in the place that somebody could have made: of every kind that can be listed and made, in the namespace, or in all
 * namespaces of a virtual cluster but the system's, there with what belongs to the whole cluster. Who made it is decided by
 * `planTransfer`, which also needs what is not the tenant's. Read as somebody who may read all of it, secrets too.
 * @throws the errors of the cluster, also when only one kind cannot be read.
 */
export async function listTenantObjects(kubernetes: Kubernetes, place: Place): Promise<KubernetesObject[]> {
  const resources = await creatable(kubernetes);
  const namespaced = resources.filter((resource) => resource.namespaced);
  if (place.kind === 'namespace') return inEach(namespaced, (each) => listObjects(kubernetes, each, place.namespace));
  const objects = await inEach([...ofTheCluster(resources, place.customApiGroups), ...namespaced], (each) =>
    listObjects(kubernetes, each),
  );
  return objects.filter(({ metadata }) => !systemNamespaces.includes(metadata.namespace ?? ''));
}

/**
 * What belongs to the whole of a virtual cluster, of the kinds that a tenant can make there.
 * @throws the errors of the cluster.
 */
export async function listClusterWide(
  kubernetes: Kubernetes,
  customApiGroups: readonly string[],
): Promise<KubernetesObject[]> {
  const resources = ofTheCluster(await creatable(kubernetes), customApiGroups);
  return inEach(resources, (each) => listObjects(kubernetes, each));
}

/** The kinds that can be listed and made, each in its preferred version. */
async function creatable(kubernetes: Kubernetes): Promise<ApiResource[]> {
  const resources = await apiResources(kubernetes);
  return resources.filter(({ preferred, verbs }) => preferred && verbs.includes('list') && verbs.includes('create'));
}

function ofTheCluster(resources: readonly ApiResource[], customApiGroups: readonly string[]): ApiResource[] {
  return resources.filter((resource) => {
    if (resource.namespaced) return false;
    const group = groupOf(resource);
    return customApiGroups.includes(group) || clusterWide[group]?.includes(resource.plural) === true;
  });
}

/** One kind after the other, ten at a time: the answers of all at once may not fit into memory beside the objects. */
async function inEach<Item, Result>(
  items: readonly Item[],
  read: (item: Item) => Promise<Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let begin = 0; begin < items.length; begin += 10) {
    const lists = await Promise.all(items.slice(begin, begin + 10).map(read));
    results.push(...lists.flat());
  }
  return results;
}
