import type { Placement } from '../events/placement.ts';
import type { OperationName } from './operations.ts';

/**
 * States of a tenant.
 * - `ONBOARDING`, `READY`: as named.
 * - `COMPENSATING`: onboarding failed, what it made is being released. `COMPENSATION_FAILED`: that failed; a redrive resumes it.
 * - `ONBOARDING_FAILED`: nothing of it is left; the id may be used again by the same source.
 * - `INTERRUPTED`: the execution was aborted or timed out; a new event adopts what exists.
 * - `CHANGING_TIER`: a new placement is made beside the one it has, or that one is changed in place; it lives where it did.
 * - `SUSPENDING`, `SUSPENDED`, `RESUMING`: access off, workloads at zero, data kept; and the ways there and back.
 * - `DELETION_PENDING`: suspended, until the grace period ends or the deletion is cancelled.
 * - `DEPROVISIONING`: being exported and released; there is no way back. A redrive goes on where it failed.
 * - `DEPROVISIONED`: nothing of it is left but its export; the id can be used again when its tombstone has passed.
 */
export type TenantState =
  | 'ONBOARDING'
  | 'READY'
  | 'COMPENSATING'
  | 'COMPENSATION_FAILED'
  | 'ONBOARDING_FAILED'
  | 'INTERRUPTED'
  | 'CHANGING_TIER'
  | 'SUSPENDING'
  | 'SUSPENDED'
  | 'RESUMING'
  | 'DELETION_PENDING'
  | 'DEPROVISIONING'
  | 'DEPROVISIONED';

/** Where a tenant lives, lived or is to live. */
export interface NumberedPlacement {
  generation: number;
  tier: string;
  placement: Placement;
}

/** A placement that exists: what acquire-placement has returned for it. */
export interface MadePlacement extends NumberedPlacement {
  accountId: string;
  roleArn: string;
  cluster: { name: string; arn: string; accountId: string };
  namespace: string;
  virtualCluster?: { name: string; server: string };
}

/** The placement that the last cut-over left. */
export interface LeftPlacement extends MadePlacement {
  keptUntil: string;
  /** Its release has begun: nobody can live there again. */
  releasing?: boolean;
}

/** The registry's record of a tenant. */
export interface Tenant {
  tenantId: string;
  state: TenantState;
  tier: string;
  placement: Placement;
  /** Number of that placement, counted from 1. */
  generation: number;
  /** EventBridge source of the product that created it; only that one may change it. */
  owner: string;
  displayName?: string;
  contactEmail?: string;
  /** The operation that runs or ran last: what it is, and the id of the event that asked for it. */
  operation: OperationName;
  operationId: string;
  executionArn: string;
  correlationId: string;
  /** What the tenant has, once `READY`. */
  accountId?: string;
  roleArn?: string;
  cluster?: { name: string; arn: string; accountId: string };
  namespace?: string;
  virtualCluster?: { name: string; server: string };
  /** While it changes its tier: what it is to have. */
  next?: NumberedPlacement;
  /** The placement that the last cut-over left, kept so that it can be taken back. */
  previous?: LeftPlacement;
  /** The highest number that a placement of it ever had. */
  lastGeneration?: number;
  failure?: { step: string; error: string; message: string };
  /** Set by an operator: deletion is refused. */
  deletionProtection?: boolean;
  /** The state that the operation found, and that an operation which is taken back returns to. */
  stateBefore?: TenantState;
  /** The operation that suspended it: marks what it stopped, and no tenant can know it beforehand. */
  suspensionId?: string;
  /** Until when a deletion can be cancelled. */
  graceEndsAt?: string;
  /** Wakes the execution that waits for the end of the grace period. */
  graceToken?: string;
  /** The event that cancelled the deletion. */
  cancelledBy?: string;
  /** Until when the id of a deprovisioned tenant cannot be used again. */
  tombstoneUntil?: string;
  createdAt: string;
  updatedAt: string;
}

/** The placement that the registry says the tenant lives in. Throws TypeError for one that lives nowhere. */
export function currentPlacement(tenant: Tenant): MadePlacement {
  const { generation, tier, placement, accountId, roleArn, cluster, namespace, virtualCluster } = tenant;
  if (!accountId || !roleArn || !cluster || !namespace)
    throw new TypeError(`The tenant "${tenant.tenantId}" (${tenant.state}) lives nowhere.`);
  return {
    generation,
    tier,
    placement,
    accountId,
    roleArn,
    cluster,
    namespace,
    ...(virtualCluster && { virtualCluster }),
  };
}
