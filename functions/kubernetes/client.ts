import { CatalogueError } from '../../tenancy/errors.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Connection, HttpAnswer } from './connection.ts';
import { kubernetesError, type Status } from './errors.ts';
import { collectionPath, objectPath } from './resources.ts';

export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/ */
export interface ResourceAttributes {
  readonly verb: string;
  readonly resource: string;
  readonly group?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** A request as it goes over the wire; a body is sent as JSON unless `contentType` says otherwise. */
export interface KubernetesRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface KubernetesAnswer {
  readonly status: number;
  /** The parsed JSON; a plain text answer as a `Status` with that message. */
  readonly body: unknown;
  /** The cluster that answered, for messages. */
  readonly server?: string;
  /** Seconds after which the API server wants to be asked again (Retry-After), where it said so. */
  readonly retryAfter?: number;
  /** Whom the cluster did not know (401), for messages. */
  readonly who?: string;
}

export type Headers = Readonly<Record<string, string>>;

/**
 * The headers that say who asks; asked for each time, since tokens expire. `refused` are headers that the cluster has just answered
 * with 401: whoever has others now is heard once more.
 */
export type Identity = (refused?: Headers) => Promise<Headers>;

interface DeletionOptions {
  readonly uid?: string | undefined;
  readonly gracePeriodSeconds?: number;
}

/** What the steps need of a cluster; nothing more, so that a fake is small. Every method but `request` throws the errors of `errors.ts`. */
export interface Kubernetes {
  /** Server-side apply as field manager `tenantry`; fields that others own are taken over. Returns the live object. */
  apply(
    object: KubernetesObject,
    options?: { readonly dryRun?: boolean; readonly subresource?: 'status' },
  ): Promise<KubernetesObject>;
  /** Creates in a server-side dry run: every check runs, nothing is kept. */
  tryCreate(object: KubernetesObject): Promise<KubernetesObject>;
  get(reference: ObjectReference): Promise<KubernetesObject | undefined>;
  /** In a namespace, or the whole cluster for kinds without one. `limit` caps the answer; there is no paging. */
  list(
    type: { readonly apiVersion: string; readonly kind: string },
    options?: { readonly namespace?: string; readonly labelSelector?: string; readonly limit?: number },
  ): Promise<KubernetesObject[]>;
  /**
   * Deletes in the background. False if there was nothing. With `uid` only that very object, else `KubernetesConflict`. A pod that is
   * ending already can be given less time by `gracePeriodSeconds`, not more.
   */
  delete(reference: ObjectReference, options?: DeletionOptions): Promise<boolean>;
  /** Whether the caller itself may do this. */
  mayI(attributes: ResourceAttributes): Promise<boolean>;
  /** Whether a member of these groups may do this. */
  may(groups: readonly string[], attributes: ResourceAttributes): Promise<boolean>;
  /** Any request; the answer of any status. Throws only `ClusterUnreachable`. */
  request(request: KubernetesRequest): Promise<KubernetesAnswer>;
}

export const fieldManager = 'tenantry';

/** `who` is whom the cluster takes the caller for: a refusal names it. */
export function kubernetesClient(connection: Connection, identity: Identity, who?: string): Kubernetes {
  const request = async ({ method, path, body, contentType, headers: extra }: KubernetesRequest) => {
    const send = async (own: Headers) =>
      connection({
        method,
        path,
        headers: {
          accept: 'application/json',
          'user-agent': fieldManager,
          ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
          ...own,
          ...extra,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    const own = await identity();
    const answer = await send(own);
    const other = answer.status === 401 ? await identity(own) : own;
    // A 401 comes before anything is done, so whatever was asked for can be asked for again.
    const last = parsed(sameHeaders(own, other) ? answer : await send(other));
    return last.status === 401 && who !== undefined ? { ...last, who } : last;
  };
  return { request, ...operations(request) };
}

function sameHeaders(one: Headers, other: Headers): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function operations(request: Kubernetes['request']): Omit<Kubernetes, 'request'> {
  return {
    apply: async (object, options) => expectObject(request, applyRequest(object, options)),
    tryCreate: async (object) =>
      expectObject(request, {
        method: 'POST',
        path: `${collectionPath(object, object.metadata.namespace)}?dryRun=All`,
        body: object,
      }),
    get: async ({ name, namespace, ...type }) => {
      const wanted: KubernetesRequest = { method: 'GET', path: objectPath(type, name, namespace) };
      const answer = await request(wanted);
      return answer.status === 404 ? undefined : succeeded<KubernetesObject>(wanted, answer);
    },
    list: (type, options = {}) => list(request, type, options),
    delete: async ({ name, namespace, ...type }, options = {}) => {
      const { uid, gracePeriodSeconds } = options;
      const preconditions = uid === undefined ? {} : { preconditions: { uid } };
      const wanted: KubernetesRequest = {
        method: 'DELETE',
        path: objectPath(type, name, namespace),
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy: 'Background',
          ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
          ...preconditions,
        },
      };
      const answer = await request(wanted);
      if (answer.status !== 404) succeeded(wanted, answer);
      return answer.status !== 404;
    },
    mayI: (resourceAttributes) => review(request, 'SelfSubjectAccessReview', { resourceAttributes }),
    may: (groups, resourceAttributes) => review(request, 'SubjectAccessReview', { groups, resourceAttributes }),
  };
}

function applyRequest(
  object: KubernetesObject,
  { dryRun = false, subresource }: { readonly dryRun?: boolean; readonly subresource?: string } = {},
): KubernetesRequest {
  const whole = objectPath(object, object.metadata.name, object.metadata.namespace);
  const path = subresource === undefined ? whole : `${whole}/${subresource}`;
  return {
    method: 'PATCH',
    path: `${path}?fieldManager=${fieldManager}&force=true${dryRun ? '&dryRun=All' : ''}`,
    // JSON is YAML; there is no apply media type for JSON. https://kubernetes.io/docs/reference/using-api/server-side-apply/
    contentType: 'application/apply-patch+yaml',
    body: object,
  };
}

async function list(
  request: Kubernetes['request'],
  type: { readonly apiVersion: string; readonly kind: string },
  options: { readonly namespace?: string; readonly labelSelector?: string; readonly limit?: number },
): Promise<KubernetesObject[]> {
  const query = new URLSearchParams();
  if (options.labelSelector !== undefined) query.set('labelSelector', options.labelSelector);
  if (options.limit !== undefined) query.set('limit', String(options.limit));
  const wanted: KubernetesRequest = { method: 'GET', path: `${collectionPath(type, options.namespace)}?${query}` };
  const { items } = succeeded<{ items: Omit<KubernetesObject, 'apiVersion' | 'kind'>[] }>(
    wanted,
    await request(wanted),
  );
  // The items of a list carry no type of their own.
  return items.map((item) => ({ ...item, ...type }) as KubernetesObject);
}

async function review(request: Kubernetes['request'], kind: string, spec: Record<string, unknown>): Promise<boolean> {
  const type = { apiVersion: 'authorization.k8s.io/v1', kind };
  const wanted: KubernetesRequest = { method: 'POST', path: collectionPath(type), body: { ...type, spec } };
  const answer = succeeded<{ status?: { allowed?: boolean } }>(wanted, await request(wanted));
  return answer.status?.allowed === true;
}

async function expectObject(request: Kubernetes['request'], wanted: KubernetesRequest): Promise<KubernetesObject> {
  return succeeded<KubernetesObject>(wanted, await request(wanted));
}

function succeeded<Body>(wanted: KubernetesRequest, answer: KubernetesAnswer): Body {
  if (answer.status >= 200 && answer.status < 300) return answer.body as Body;
  const subject = `${wanted.method} ${answer.server ?? ''}${wanted.path}`;
  throw kubernetesError(subject, answer.status, answer.body as Status, answer);
}

function parsed({ status, server, headers, text }: HttpAnswer): KubernetesAnswer {
  const isJson = String(headers['content-type'] ?? '').startsWith('application/json');
  // Seconds; API servers send no dates. https://www.rfc-editor.org/rfc/rfc9110.html#name-retry-after
  const retryAfter = Number.parseInt(headers['retry-after'] ?? '', 10);
  return {
    status,
    body: isJson ? parsedJson(text, server) : { message: text.trim() },
    ...(server !== undefined && { server }),
    ...(retryAfter > 0 && { retryAfter }),
  };
}

function parsedJson(text: string, server = 'The cluster'): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const begin = JSON.stringify(text.slice(0, 80));
    throw new CatalogueError('ClusterUnreachable', `${server} did not answer with JSON but with ${begin}.`, { cause });
  }
}
