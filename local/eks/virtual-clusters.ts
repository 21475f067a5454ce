import type { HostApi } from '../vcluster/host-api.ts';
import { LISTS } from '../vcluster/paths.ts';

/**
 * Whether anything of a virtual cluster is in the cluster: a pod, in whatever state, or a Service. Their processes, and what stands in for
 * node and load balancer, then talk to the API without being asked from outside, and past the cluster's address.
 */
export async function hasVirtualClusters(api: Pick<HostApi, 'list'>): Promise<boolean> {
  const lists = await Promise.all([LISTS.pods, LISTS.services].map((path) => api.list(path)));
  return lists.some(({ items }) => items.length > 0);
}
