import type { Tenant, TenantState } from '../../tenancy/tenant.ts';

/**
 * What becomes of an operation whose execution ended badly: `interrupted`, a new event or a redrive goes on;
 * `compensation-failed`, a redrive resumes the release; `halfway`, it only goes forward, by a redrive.
 */
export type Interruption = 'interrupted' | 'compensation-failed' | 'halfway';

/** States in which the tenant is settled already, and only what follows from that is missing. */
const ANNOUNCING_AS_READY = [
  'AnnounceResumed',
  'CutOver',
  'AnnounceTierChanged',
  'RetirePlacement',
  'AnnounceTierChangeFailed',
];

/** What to say about an operation whose execution ended in this step; nothing if the workflow has said it. */
export function outcomeOf({ state }: Pick<Tenant, 'state'>, step: string): Interruption | undefined {
  switch (state) {
    case 'ONBOARDING':
    case 'INTERRUPTED':
      return 'interrupted';
    case 'COMPENSATING':
    case 'COMPENSATION_FAILED':
      return 'compensation-failed';
    case 'READY':
      if (step === 'AnnounceReady') return 'interrupted';
      return ANNOUNCING_AS_READY.includes(step) ? 'halfway' : undefined;
    case 'ONBOARDING_FAILED':
      return step === 'AnnounceFailed' ? 'compensation-failed' : undefined;
    case 'CHANGING_TIER':
    case 'SUSPENDING':
    case 'RESUMING':
    case 'DELETION_PENDING':
    case 'DEPROVISIONING':
      return 'halfway';
    case 'SUSPENDED':
      return step === 'AnnounceSuspended' || step === 'AnnounceResumed' ? 'halfway' : undefined;
    case 'DEPROVISIONED':
      return step === 'AnnounceDeprovisioned' ? 'halfway' : undefined;
  }
}

/** A settled tenant stays what it is: what is missing is the announcement, and a redrive makes it. */
export function stateAfter(state: TenantState, outcome: Interruption): TenantState {
  if (state === 'READY' || outcome === 'halfway') return state;
  return outcome === 'interrupted' ? 'INTERRUPTED' : 'COMPENSATION_FAILED';
}
