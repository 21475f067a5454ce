/** API paths of the host cluster. Names are Kubernetes names: they need no escaping. */

/** A namespaced object of the core group, or one of its subresources. */
export function core(namespace: string, resource: string, name: string, subresource?: string): string {
  return `/api/v1/namespaces/${namespace}/${resource}/${name}${subresource ? `/${subresource}` : ''}`;
}

const OF_VCLUSTER = 'labelSelector=app%3Dvcluster';

/** Everything of vcluster's chart in all namespaces: its pods, Services and claims carry this label. */
export const LISTS = {
  pods: `/api/v1/pods?${OF_VCLUSTER}`,
  services: `/api/v1/services?${OF_VCLUSTER}`,
  claims: `/api/v1/persistentvolumeclaims?${OF_VCLUSTER}`,
  volumes: '/api/v1/persistentvolumes?labelSelector=local-cloud%2Fvolume',
} as const;
