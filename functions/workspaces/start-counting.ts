import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { isError } from '../kubernetes/errors.ts';

/**
 * Puts a quota that was just made into effect at once. Admission goes by the quota's status, which the quota controller
 * fills in; that client may write 20 times a second by default, so with many tenants at once each would wait for seconds.
 * Nothing is counted yet, so the first status is known: the controller counts anew when it gets there.
 * The resource version makes sure that a status which the controller wrote first is never overwritten. Returns the quota as
 * it is then, or as it was if the controller was faster.
 */
export async function startCounting(kubernetes: Kubernetes, quota: KubernetesObject): Promise<KubernetesObject> {
  const { name, namespace, resourceVersion } = quota.metadata;
  const { hard } = quota.spec as { hard: Record<string, string> };
  if ((quota.status as { hard?: object } | undefined)?.hard !== undefined) return quota;
  const used = Object.fromEntries(Object.keys(hard).map((resource) => [resource, '0']));
  const { apiVersion, kind } = quota;
  try {
    return await kubernetes.apply(
      { apiVersion, kind, metadata: { name, namespace, resourceVersion }, status: { hard, used } },
      { subresource: 'status' },
    );
  } catch (error) {
    if (!isError(error, 'KubernetesConflict')) throw error;
    return quota;
  }
}
