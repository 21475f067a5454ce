import { TENANTRY_SOURCE } from '../events/catalogue.ts';
import type { ErrorName } from './errors.ts';
import type { Tenant, TenantState } from './tenant.ts';

export type OperationName = 'onboard' | 'change-tier' | 'reverse-tier-change' | 'suspend' | 'resume' | 'deprovision';

/** A lifecycle change of a tenant: which event asks for it, which workflow performs it, and when it may. */
export interface Operation {
  readonly name: OperationName;
  /** `detail-type` of the event that asks for it. */
  readonly request: string;
  readonly workflow: string;
  /** States in which it begins. */
  readonly from: readonly TenantState[];
  /** Whether the tenant may be one that nobody knows yet. */
  readonly creates: boolean;
  /** The tenant's state from its beginning on. */
  readonly during: TenantState;
  /** What a tenant in any other state is refused with. */
  readonly otherwise: ErrorName;
}

/**
 * Every operation: the one place that says so. Intake, registry, gate repair, the rule for ended executions and the rights
 * of functions agree with it.
 */
export const operations: readonly Operation[] = [
  {
    name: 'onboard',
    request: 'TenantCreated',
    workflow: 'onboard-tenant',
    from: ['ONBOARDING_FAILED', 'INTERRUPTED'],
    creates: true,
    during: 'ONBOARDING',
    otherwise: 'TenantExists',
  },
  {
    name: 'change-tier',
    request: 'TenantTierChangeRequested',
    workflow: 'change-tier',
    from: ['READY'],
    creates: false,
    during: 'CHANGING_TIER',
    otherwise: 'TenantStateConflict',
  },
  {
    name: 'reverse-tier-change',
    request: 'TenantTierChangeReversalRequested',
    workflow: 'reverse-tier-change',
    from: ['READY'],
    creates: false,
    during: 'CHANGING_TIER',
    otherwise: 'TenantStateConflict',
  },
  {
    name: 'suspend',
    request: 'TenantSuspensionRequested',
    workflow: 'suspend-tenant',
    from: ['READY'],
    creates: false,
    during: 'SUSPENDING',
    otherwise: 'TenantStateConflict',
  },
  {
    name: 'resume',
    request: 'TenantResumptionRequested',
    workflow: 'resume-tenant',
    from: ['SUSPENDED'],
    creates: false,
    during: 'RESUMING',
    otherwise: 'TenantStateConflict',
  },
  {
    name: 'deprovision',
    request: 'TenantDeletionRequested',
    workflow: 'deprovision-tenant',
    // One that was interrupted may have anything: it is released as far as its ledger goes.
    from: ['READY', 'SUSPENDED', 'INTERRUPTED'],
    creates: false,
    during: 'DELETION_PENDING',
    otherwise: 'TenantStateConflict',
  },
];

/** The event that is no operation of its own: it ends the grace period of a deletion. */
export const CANCELLATION = 'TenantDeletionCancelled';

/** States that pass within minutes: what arrives meanwhile waits at the gate, and is judged when its turn has come. */
export const TRANSIENT_STATES: readonly TenantState[] = [
  'ONBOARDING',
  'COMPENSATING',
  'COMPENSATION_FAILED',
  'CHANGING_TIER',
  'SUSPENDING',
  'RESUMING',
];

/** States in which an operation that failed keeps the tenant's gate: its redrive goes on inside. */
export const GATE_KEEPING_STATES: readonly TenantState[] = [
  'COMPENSATING',
  'COMPENSATION_FAILED',
  'CHANGING_TIER',
  'SUSPENDING',
  'RESUMING',
  'DELETION_PENDING',
  'DEPROVISIONING',
];

/** The operation of that name. */
export function operationOf(name: OperationName): Operation {
  const found = operations.find((operation) => operation.name === name);
  if (!found) throw new TypeError(`There is no operation "${name}".`);
  return found;
}

/** The operation that an event asks for. */
export function operationRequestedBy(detailType: string): Operation | undefined {
  return operations.find(({ request }) => request === detailType);
}

/** The operation that a workflow performs; `name` may have an installation's prefix. */
export function operationOfWorkflow(name: string): Operation | undefined {
  return operations.find(({ workflow }) => name === workflow || name.endsWith(`-${workflow}`));
}

/** What the registry says of a tenant when an operation is asked for; `now` in ISO 8601. */
export interface Asked {
  readonly operation: Operation;
  readonly owner: string;
  readonly operationId: string;
  readonly now: string;
}

/**
 * Why the operation cannot begin now, in the catalogue's words; `undefined` when it can, or has begun already.
 * Only the source that created a tenant asks for its operations; a change of tier, by its usage, also Tenantry itself.
 */
export function obstacle(asked: Asked, tenant: Tenant | undefined): { error: ErrorName; message: string } | undefined {
  const { operation, owner, operationId, now } = asked;
  if (!tenant) {
    if (operation.creates) return undefined;
    return { error: 'TenantUnknown', message: 'There is no such tenant.' };
  }
  const { tenantId, state } = tenant;
  if (tenant.owner !== owner && !(owner === TENANTRY_SOURCE && operation.name === 'change-tier'))
    return { error: 'TenantNotOwned', message: `The tenant id "${tenantId}" belongs to another source.` };
  if (tenant.operationId === operationId && tenant.operation === operation.name) return undefined;
  if (operation.name === 'deprovision' && tenant.deletionProtection)
    return { error: 'TenantProtected', message: `The tenant "${tenantId}" is protected against deletion.` };
  if (operation.from.includes(state)) return undefined;
  if (operation.creates && state === 'DEPROVISIONED') {
    const { tombstoneUntil = '' } = tenant;
    if (now >= tombstoneUntil) return undefined;
    return {
      error: 'TenantIdRetired',
      message: `The tenant "${tenantId}" was deprovisioned; its id can be used again from ${tombstoneUntil} on.`,
    };
  }
  const text = operation.creates ? `exists already (state ${state})` : `is ${state}`;
  return { error: operation.otherwise, message: `The tenant "${tenantId}" ${text}.` };
}
