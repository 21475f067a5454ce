import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { kubernetesError, type Status } from '../kubernetes/errors.ts';
import { type ApiResource, pathOf } from './api-resources.ts';

/** Objects of one answer: an API server need not build larger ones. */
const PAGE = 500;

/** How often a list is begun anew because the API server had forgotten where it was. */
const RESTARTS = 3;

interface Page {
  readonly items?: readonly Omit<KubernetesObject, 'apiVersion' | 'kind'>[];
  readonly metadata?: { readonly continue?: string };
}

/**
 * All objects of a kind, in a namespace or wherever they are. A kind that is not served any more has none.
 * @throws the errors of the cluster.
 */
export async function listObjects(
  kubernetes: Kubernetes,
  resource: ApiResource,
  namespace?: string,
): Promise<KubernetesObject[]> {
  for (let restart = 0; ; restart++) {
    const objects = await listOnce(kubernetes, resource, { namespace, last: restart === RESTARTS });
    if (objects !== undefined) return objects;
  }
}

/** Undefined if the list expired on the way. https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks */
async function listOnce(
  kubernetes: Kubernetes,
  resource: ApiResource,
  { namespace, last }: { namespace: string | undefined; last: boolean },
): Promise<KubernetesObject[] | undefined> {
  const { apiVersion, kind } = resource;
  const path = pathOf(resource, namespace);
  const objects: KubernetesObject[] = [];
  let next = '';
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(next && { continue: next }) });
    const answer = await kubernetes.request({ method: 'GET', path: `${path}?${query}` });
    if (answer.status === 404) return [];
    if (answer.status === 410 && !last) return undefined;
    if (answer.status !== 200)
      throw kubernetesError(`GET ${answer.server ?? ''}${path}`, answer.status, answer.body as Status, answer);
    const { items = [], metadata } = answer.body as Page;
    // The items of a list carry no type of their own.
    objects.push(...items.map((item) => ({ ...item, apiVersion, kind }) as KubernetesObject));
    next = metadata?.continue ?? '';
  } while (next);
  return objects;
}
