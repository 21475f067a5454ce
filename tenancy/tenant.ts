import type { Placement } from '../events/placement.ts';

/**
 * States of a tenant.
 * - `ONBOARDING`, `READY`: as named.
 * - `COMPENSATING`: onboarding failed, what it made is being released. `COMPENSATION_FAILED`: that failed; a redrive resumes it.
 * - `ONBOARDING_FAILED`: nothing of it is left; the id may be used again by the same source.
 * - `INTERRUPTED`: the execution was aborted or timed out; a new event adopts what exists.
 */
export type TenantState =
  | 'ONBOARDING'
  | 'READY'
  | 'COMPENSATING'
  | 'COMPENSATION_FAILED'
  | 'ONBOARDING_FAILED'
  | 'INTERRUPTED';

/** The registry's record of a tenant. */
export interface Tenant {
  tenantId: string;
  state: TenantState;
  tier: string;
  placement: Placement;
  /** EventBridge source of the product that created it; only that one may change it. */
  owner: string;
  displayName?: string;
  contactEmail?: string;
  /** The operation that runs or ran last. */
  operationId: string;
  executionArn: string;
  correlationId: string;
  /** What the tenant has, once `READY`. */
  accountId?: string;
  roleArn?: string;
  cluster?: { name: string; arn: string; accountId: string };
  namespace?: string;
  virtualCluster?: { name: string; server: string };
  failure?: { step: string; error: string; message: string };
  createdAt: string;
  updatedAt: string;
}

/** States from which the same owner may onboard the id again. */
export const ONBOARDABLE_STATES: readonly TenantState[] = ['ONBOARDING_FAILED', 'INTERRUPTED'];
