import { CatalogueError, type ErrorName } from '../../tenancy/errors.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly causes?: readonly { readonly reason?: string }[];
    readonly retryAfterSeconds?: number;
  };
}

/** What `kubernetesError` and the connection can make of a cluster's answer; all of them are in the catalogue. */
export const kubernetesErrorNames = [
  'ClusterUnreachable',
  'KubernetesThrottled',
  'KubernetesUnauthorized',
  'KubernetesForbidden',
  'KubernetesQuotaExceeded',
  'KubernetesConflict',
  'KubernetesInvalid',
  'NamespaceTerminating',
] as const satisfies readonly ErrorName[];

/** What came with a refusal besides its text. */
export interface Circumstances {
  /** Seconds. */
  readonly retryAfter?: number;
  readonly who?: string;
}

/**
 * The catalogue's error for an HTTP status and the `Status` object that came with it: the one place where Kubernetes'
 * errors are translated. `subject` says what was tried, and at which cluster.
 */
export function kubernetesError(
  subject: string,
  httpStatus: number,
  status: Status,
  circumstances: Circumstances = {},
): CatalogueError {
  const name = nameOf(httpStatus, status);
  const text = `${subject}: ${status.message || `HTTP ${httpStatus}`}`;
  return new CatalogueError(name, [text, advice(name, status, circumstances)].filter((part) => part !== '').join(' '));
}

/** What the text of the server does not say: Retry-After, and whom it refused. */
function advice(name: ErrorName, { details }: Status, { retryAfter, who }: Circumstances): string {
  const seconds = retryAfter ?? details?.retryAfterSeconds;
  if (name === 'KubernetesUnauthorized')
    return who === undefined ? '' : `(The cluster does not know ${who}: look at its access entries.)`;
  return seconds === undefined || seconds <= 0 ? '' : `(The API server asks to come back after ${seconds} s.)`;
}

function nameOf(httpStatus: number, status: Status): (typeof kubernetesErrorNames)[number] {
  // A 403, but nothing that a permission would change. https://kubernetes.io/docs/concepts/architecture/garbage-collection/
  if (status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating')) return 'NamespaceTerminating';
  switch (httpStatus) {
    case 401:
      return 'KubernetesUnauthorized';
    case 403:
      return refusalName(status.message ?? '');
    case 409:
      return 'KubernetesConflict';
    case 429:
      return 'KubernetesThrottled';
    default:
      // The API server's 5xx pass: no leader in etcd, a rolling update of the control plane.
      return httpStatus >= 500 ? 'ClusterUnreachable' : 'KubernetesInvalid';
  }
}

/**
 * Quotas refuse with 403 as RBAC does, and are told apart by their text alone; a permission would not help.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
function refusalName(message: string) {
  return / is forbidden: exceeded quota: /.test(message) ? 'KubernetesQuotaExceeded' : 'KubernetesForbidden';
}

/** Whether it is the catalogue's error of that name. */
export function isError(error: unknown, name: ErrorName): error is CatalogueError {
  return error instanceof CatalogueError && error.name === name;
}
