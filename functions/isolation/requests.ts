import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { KubernetesRequest } from '../kubernetes/client.ts';
import { collectionPath, objectPath } from '../kubernetes/resources.ts';

type ObjectType = Pick<KubernetesObject, 'apiVersion' | 'kind'>;

const dryRun = 'dryRun=All';

/** A server-side dry run of creating the object. */
export function creating(object: KubernetesObject): KubernetesRequest {
  return { method: 'POST', path: `${collectionPath(object, object.metadata.namespace)}?${dryRun}`, body: object };
}

/** A dry run of a merge patch; `subresource` such as `status`. */
export function patching(
  type: ObjectType,
  name: string,
  namespace: string | undefined,
  patch: unknown,
  subresource?: string,
): KubernetesRequest {
  const path = objectPath(type, name, namespace) + (subresource === undefined ? '' : `/${subresource}`);
  return { method: 'PATCH', path: `${path}?${dryRun}`, body: patch, contentType: 'application/merge-patch+json' };
}

/** A dry run of deleting one object. */
export function deleting(type: ObjectType, name: string, namespace?: string): KubernetesRequest {
  return { method: 'DELETE', path: `${objectPath(type, name, namespace)}?${dryRun}` };
}

/** Reads one object. */
export function reading(type: ObjectType, name: string, namespace?: string): KubernetesRequest {
  return { method: 'GET', path: objectPath(type, name, namespace) };
}

/** Lists; only the first object, should it be answered. */
export function listing(path: string): KubernetesRequest {
  return { method: 'GET', path: `${path}?limit=1` };
}

/**
 * The object with the value at one place, and nothing else, changed. Places are written `spec.containers.0.image`.
 * That a hostile request differs from a well-behaved one in one point only is what makes its refusal a proof.
 */
export function changed(object: KubernetesObject, place: string, value: unknown): KubernetesObject {
  return replaced(object, place.split('.'), value) as KubernetesObject;
}

function replaced(node: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(node))
    return node.map((item, index) => (index === Number(key) ? replaced(item, rest, value) : item));
  const fields = (node ?? {}) as Record<string, unknown>;
  return { ...fields, [key]: replaced(fields[key], rest, value) };
}
