import type { ErrorName } from '../../tenancy/errors.ts';
import type { RejectionReason } from './check-event.ts';

/** How the registry's refusals are called in the contract. */
export const rejectionCodes = {
  TenantExists: 'tenant-exists',
  TenantNotOwned: 'not-owner',
  TenantUnknown: 'unknown-tenant',
  TenantStateConflict: 'wrong-state',
  TenantProtected: 'protected',
  TenantIdRetired: 'id-retired',
  TierChangeSuperseded: 'superseded',
  NothingToReverse: 'nothing-to-reverse',
} as const satisfies Partial<Record<ErrorName, RejectionReason['code']>>;

/** Whether the error is a refusal of the registry, which is answered with a rejection. */
export function isRefusal(error: string): error is keyof typeof rejectionCodes {
  return Object.hasOwn(rejectionCodes, error);
}

/** The contract's code for a refusal of the registry. Throws TypeError for an error that is none. */
export function codeOf(error: string): RejectionReason['code'] {
  if (isRefusal(error)) return rejectionCodes[error];
  throw new TypeError(`${error} is not how the registry refuses.`);
}
