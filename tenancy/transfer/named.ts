import type { KubernetesObject } from '../workspace/kubernetes-object.ts';

/** `apps` of `apps/v1`, '' of `v1`. */
export function groupOf({ apiVersion }: Pick<KubernetesObject, 'apiVersion'>): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Kind and group, without the version, in which clusters may differ: `Deployment.apps`, `Secret`. */
export function kindOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  const group = groupOf(object);
  return group === '' ? object.kind : `${object.kind}.${group}`;
}

/** What an object is called in messages and comparisons: `Deployment.apps shop/web`; without what is in it. */
export function nameOf({ metadata, ...type }: Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>): string {
  const { name, namespace } = metadata;
  return `${kindOf(type)} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
