import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { fieldManager, type Kubernetes } from '../kubernetes/client.ts';
import { kubernetesError, type Status } from '../kubernetes/errors.ts';
import { objectPath } from '../kubernetes/resources.ts';

/** Fields of an object to change; `null` removes one. https://datatracker.ietf.org/doc/html/rfc7396 */
export type MergePatch = Readonly<Record<string, unknown>>;

/**
 * Changes some fields of an object that others own too, if it is still as it was read. Throws `KubernetesConflict` when it is
 * not, and the other errors of the cluster.
 */
export async function mergePatch(kubernetes: Kubernetes, object: KubernetesObject, patch: MergePatch): Promise<void> {
  const { name, namespace, resourceVersion } = object.metadata;
  const path = `${objectPath(object, name, namespace)}?fieldManager=${fieldManager}`;
  const metadata = { ...(patch['metadata'] as object | undefined), resourceVersion };
  const answer = await kubernetes.request({
    method: 'PATCH',
    path,
    contentType: 'application/merge-patch+json',
    body: { ...patch, metadata },
  });
  if (answer.status < 300) return;
  throw kubernetesError(`PATCH ${path}`, answer.status, answer.body as Status);
}
