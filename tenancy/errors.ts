/** What an error class means for the workflow and for the operator. */
export interface ErrorClass {
  /**
   * - `wait`: nothing is wrong, the resource is not there yet; Retry polls.
   * - `retry`: a passing fault; Retry backs off.
   * - `fail`: trying again changes nothing until a person does.
   */
  readonly kind: 'wait' | 'retry' | 'fail';
  /** Whether the whole operation, started again, can succeed without a change. */
  readonly retryable: boolean;
  /** What a person does about it. */
  readonly remedy: string;
}

const wait = (remedy: string): ErrorClass => ({ kind: 'wait', retryable: true, remedy });
const retry = (remedy: string): ErrorClass => ({ kind: 'retry', retryable: true, remedy });
const fail = (remedy: string): ErrorClass => ({ kind: 'fail', retryable: false, remedy });

/**
 * The closed catalogue of errors. AWS and Kubernetes errors are translated into these names once, at the client
 * boundary; Retry and Catch of the workflows name only these (and Lambda's own), and a test proves both directions.
 */
export const errorCatalogue = {
  StillCreating: wait('Wait; if the retries ran out, look at the resource that the message names.'),
  StillDeleting: wait('Wait; if the retries ran out, look at what blocks the deletion that the message names.'),
  NotYetConsistent: wait('Wait; IAM and EKS access entries take some seconds to be known everywhere.'),
  AwsThrottled: retry('Wait, or ask AWS for a higher quota of the API that the message names.'),
  AwsUnavailable: retry('Wait; see the AWS Health Dashboard if it lasts.'),
  ClusterUnreachable: retry('Check that the cluster is ACTIVE and that its endpoint admits the function.'),
  KubernetesThrottled: retry('Wait; look at the API server of the cluster if it lasts.'),
  KubernetesUnauthorized: retry('Check the access entry of the role that the message names.'),
  KubernetesForbidden: fail('Grant the permission that the message names to the role of the function.'),
  KubernetesQuotaExceeded: fail('Raise the quota that the message names, or remove some of what it counts.'),
  KubernetesConflict: retry('Another writer owns a field; the message names it.'),
  KubernetesInvalid: fail('The cluster refused an object; the message says which field.'),
  NamespaceTerminating: wait('Wait; if it stays, see the conditions of the namespace for what blocks it.'),
  ResourceNotOwned: fail('A resource of that name exists and is not tagged as ours: remove or rename it.'),
  AwsAccessDenied: fail('Grant the action that the message names to the role that it names.'),
  AwsRejected: fail('AWS refused the request; the message says why.'),
  StackFailed: fail('Look at the events of the CloudFormation stack that the message names.'),
  AccountCreationInterrupted: retry('AWS failed the creation for a passing reason; it is asked for again.'),
  AccountEmailTaken: retry('Another account uses the address; the next alias is tried.'),
  AccountCreationBlocked: fail(
    'The organization cannot create accounts now: see the reason, put it right (account limit, payment, verification), then run `tenantry accounts resume`.',
  ),
  AccountRefused: fail('AWS refuses to create this account; the message says why.'),
  AccountNotReady: wait(
    'Wait; a fresh account takes minutes, quota increases take hours. The message names the checks.',
  ),
  AccountReadinessExpired: fail(
    'A check of the fresh account did not pass in time: see the message, then run it again.',
  ),
  StillCleaning: wait('Wait; if the retries ran out, the account is in quarantine and its record lists what resists.'),
  AccountUncleanable: fail(
    'The account stays in quarantine: `tenantry accounts show` lists what resists. Remove that, or close the account with `tenantry accounts close`.',
  ),
  CloseBudgetExhausted: fail(
    'AWS lets an organization close a fifth of its accounts (at least 250) within 30 days: run it again after the time that the message names.',
  ),
  NetworkPoolExhausted: fail('All networks of the pool are taken: widen accounts.networks of the configuration.'),
  NoClusterCapacity: fail('Add a shared cluster, or raise its capacity or the quota of clusters.'),
  ClusterFailed: fail(
    'EKS could not make or keep the cluster: see its health issues in the message, put them right, then run it again.',
  ),
  IsolationBreached: fail('A fence does not hold: see the cases in the message before anything else runs there.'),
  PlacementNotSupported: fail('Choose a tier whose placement this version builds.'),
  TenantExists: fail('Choose another tenant id.'),
  TenantNotOwned: fail('Only the source that created a tenant may change it.'),
  TransferRefused: fail(
    'The message lists the objects that the target refuses, and why: change them in the source or choose another tier; nothing of the source was touched.',
  ),
  TransferIncomplete: fail(
    'The message lists the objects in which source and target differ; the source has all of them.',
  ),
  ExportUnknown: fail('There is no such export: `TenantDeprovisioned` names the key of the tenant’s.'),
  ExportDamaged: retry('The export that was read back differs from what was written; it is written again.'),
  ResourcesLeft: wait(
    'The message lists what is left of the tenant: remove it, then redrive the execution of deprovision-tenant.',
  ),
  TenantUnknown: fail('Check the tenant id: nobody has onboarded it.'),
  TenantStateConflict: fail('Ask for it again when the tenant is in a state in which it can begin.'),
  TenantProtected: fail('Take the protection off with `tenantry unprotect`, then ask for the deletion again.'),
  TenantIdRetired: fail('Choose another tenant id, or wait until the time that the message names.'),
  OperationSuperseded: fail('Another operation of the tenant has taken over; there is nothing to do.'),
  TierChangeSuperseded: fail('A later request for the same tenant waits already; there is nothing to do.'),
  TierChangeRefused: fail('The message lists what stands in the way and by how much: put it right, then ask again.'),
  NothingToReverse: fail('The placement that was left is not kept any more: ask for a change to that tier.'),
  InvalidInput: fail('The step was called with input that breaks its schema; the message names the field.'),
  PublishFailed: retry('Check the event bus and the permission to put events on it.'),
  UnexpectedError: fail('A defect: see the log of the function at the time of the failure.'),
} as const satisfies Record<string, ErrorClass>;

export type ErrorName = keyof typeof errorCatalogue;

/** An error of the catalogue; Step Functions sees `name` as the error. */
export class CatalogueError extends Error {
  override readonly name: ErrorName;

  constructor(name: ErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }
}

/** Whether the name is one of the catalogue. */
export function isErrorName(name: string): name is ErrorName {
  return Object.hasOwn(errorCatalogue, name);
}
