import { isFields } from '../../tenancy/transfer/fields.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { startPatch, stops } from '../suspension/stops.ts';

/**
 * The objects as they were before the suspension: what is exported is stopped already, and remembers on itself what it was. Only the
 * marks of that very suspension count; the tenant could have written others.
 */
export function awake(objects: readonly KubernetesObject[], suspensionId: string | undefined): KubernetesObject[] {
  if (suspensionId === undefined) return [...objects];
  return objects.map((object) => {
    const stop = stops.find(({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind);
    const patch = stop && startPatch(stop, object, suspensionId);
    return patch === undefined ? object : (patched(object, patch) as KubernetesObject);
  });
}

/** https://datatracker.ietf.org/doc/html/rfc7396 */
function patched(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const fields: Record<string, unknown> = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete fields[key];
    else fields[key] = patched(fields[key], value);
  }
  return fields;
}
