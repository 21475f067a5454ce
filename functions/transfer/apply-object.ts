import { transferManager } from '../../tenancy/transfer/compare.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes, KubernetesAnswer } from '../kubernetes/client.ts';
import { kubernetesError, type Status } from '../kubernetes/errors.ts';
import { type ApiResource, pathOf } from './api-resources.ts';

/** Statuses by which an API server refuses an object for what it says, or for who asks. */
const refusals: ReadonlySet<number> = new Set([400, 403, 404, 409, 413, 415, 422]);

/**
 * Server-side apply of the object as field manager `tenantry-transfer`. Once and twice are the same. Returns why the API server
 * refuses it, in words that hold no value of it; undefined if it is applied.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 * @throws what passes by itself: ClusterUnreachable, KubernetesThrottled, KubernetesUnauthorized, NamespaceTerminating.
 */
export async function applyObject(
  kubernetes: Kubernetes,
  resource: ApiResource,
  object: KubernetesObject,
): Promise<string | undefined> {
  const { name, namespace } = object.metadata;
  const collection = pathOf(resource, namespace);
  const path = `${collection}/${encodeURIComponent(name)}`;
  const answer = await kubernetes.request({
    method: 'PATCH',
    path: `${path}?fieldManager=${transferManager}&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
  if (answer.status < 300) return undefined;
  // Lists by key may hold a key twice (two variables of one name): whoever created that was let, whoever applies it is not.
  if (saysDuplicate(answer)) return create(kubernetes, collection, object);
  return refusalOf(object, answer, `PATCH ${answer.server ?? ''}${path}`);
}

/**
 * Deletes exactly that object; one that is gone or was made anew is left as it is.
 * @throws the errors of the cluster.
 */
export async function deleteObject(
  kubernetes: Kubernetes,
  resource: ApiResource,
  { metadata }: KubernetesObject,
): Promise<void> {
  const { name, namespace, uid } = metadata;
  const path = `${pathOf(resource, namespace)}/${encodeURIComponent(name)}`;
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions: { uid } };
  const answer = await kubernetes.request({ method: 'DELETE', path, body });
  if (answer.status < 300 || answer.status === 404 || answer.status === 409) return;
  throw kubernetesError(`DELETE ${answer.server ?? ''}${path}`, answer.status, answer.body as Status, answer);
}

async function create(
  kubernetes: Kubernetes,
  collection: string,
  object: KubernetesObject,
): Promise<string | undefined> {
  const path = `${collection}?fieldManager=${transferManager}`;
  const answer = await kubernetes.request({ method: 'POST', path, body: object });
  return answer.status < 300 ? undefined : refusalOf(object, answer, `POST ${answer.server ?? ''}${collection}`);
}

function saysDuplicate({ body }: KubernetesAnswer): boolean {
  return ((body as Status | undefined)?.message ?? '').includes('duplicate entries for key');
}

function refusalOf(object: KubernetesObject, answer: KubernetesAnswer, subject: string): string {
  const status = answer.body as Refusal;
  const error = kubernetesError(subject, answer.status, withoutValues(object, status), answer);
  if (!refusals.has(answer.status) || error.name === 'NamespaceTerminating') throw error;
  return withoutValues(object, status).message ?? `HTTP ${answer.status}`;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
interface Refusal extends Status {
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly field?: string }[] };
}

/**
 * API servers repeat in their messages what they do not like; of a Secret only the fields are said. Admission policies have
 * texts of their own, in which nothing of the object stands.
 */
function withoutValues({ kind }: KubernetesObject, status: Refusal): Refusal {
  const isPolicy = status.reason === 'Forbidden';
  if (kind !== 'Secret' || isPolicy) return status;
  const causes = (status.details?.causes ?? []).map(({ field = '', reason = '' }) => `${field}: ${reason}`);
  return { ...status, message: [status.reason ?? 'refused', ...causes].join('; ') };
}
