import { setTimeout as pause } from 'node:timers/promises';
import { nameOf } from '../../tenancy/transfer/named.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { isError } from '../kubernetes/errors.ts';
import { type ApiResource, apiResources } from './api-resources.ts';
import { listObjects } from './list-objects.ts';

/** When to look again whether a kind that was just defined is served: within two seconds in all. */
const looks = [20, 40, 80, 160, 320, 640, 740];

/** What is in the target of the kinds, and in the namespaces, of some objects. */
export interface Target {
  readonly objects: readonly KubernetesObject[];
  readonly byName: ReadonlyMap<string, KubernetesObject>;
  /** How the target serves the object's kind; undefined if it does not. Waits a moment for one that was just defined. */
  resourceOf(
    object: KubernetesObject,
    wait?: (milliseconds: number) => Promise<unknown>,
  ): Promise<ApiResource | undefined>;
}

/**
 * Reads the target: the kinds of `wanted`, in their namespaces. What the caller may not read counts as not there: to write it
 * is refused with the reason.
 * @throws the errors of the cluster.
 */
export async function readTarget(kubernetes: Kubernetes, wanted: readonly KubernetesObject[]): Promise<Target> {
  let resources = await apiResources(kubernetes);
  const served = (object: KubernetesObject) =>
    resources.find(({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind);
  const places = new Map<string, { resource: ApiResource; namespace: string | undefined }>();
  for (const object of wanted) {
    const resource = served(object);
    const { namespace } = object.metadata;
    if (resource) places.set(`${resource.apiVersion} ${resource.plural} ${namespace ?? ''}`, { resource, namespace });
  }
  const objects: KubernetesObject[] = [];
  for (const { resource, namespace } of places.values())
    objects.push(...(await listIfAllowed(kubernetes, resource, namespace)));
  return {
    objects,
    byName: new Map(objects.map((object) => [nameOf(object), object])),
    async resourceOf(object, wait = pause) {
      for (const milliseconds of looks) {
        const resource = served(object);
        if (resource || !isDefinedBy(wanted, object)) return resource;
        await wait(milliseconds);
        resources = await apiResources(kubernetes);
      }
      return served(object);
    },
  };
}

async function listIfAllowed(
  kubernetes: Kubernetes,
  resource: ApiResource,
  namespace: string | undefined,
): Promise<KubernetesObject[]> {
  try {
    return await listObjects(kubernetes, resource, namespace);
  } catch (error) {
    if (isError(error, 'KubernetesForbidden')) return [];
    throw error;
  }
}

function isDefinedBy(wanted: readonly KubernetesObject[], { apiVersion, kind }: KubernetesObject): boolean {
  return wanted.some((each) => {
    if (each.kind !== 'CustomResourceDefinition') return false;
    const { group, names } = each.spec as { group?: string; names?: { kind?: string } };
    return names?.kind === kind && apiVersion.startsWith(`${group}/`);
  });
}
