/**
 * States of a vended account.
 * - `PLANNED`: intent; a name and an address are taken, perhaps AWS was asked, perhaps not.
 * - `REQUESTED`: AWS has accepted the request; its id is known.
 * - `VENDED`: the account exists; it is being fenced, waited for and given its baseline.
 * - `AVAILABLE`: prepared, in the pool, locked.
 * - `CLAIMED`: a tenant lives in it.
 * - `CLEANING`: in quarantine while what the tenant left is removed.
 * - `QUARANTINED`: cleaning did not succeed; a person decides.
 * - `REFUSED`: AWS did not create it and will not; nothing exists.
 * - `CLOSING`, `CLOSED`: an operator gave it up.
 */
export type AccountState =
  | 'PLANNED'
  | 'REQUESTED'
  | 'VENDED'
  | 'AVAILABLE'
  | 'CLAIMED'
  | 'CLEANING'
  | 'QUARANTINED'
  | 'REFUSED'
  | 'CLOSING'
  | 'CLOSED';

/** What is known of an account that Tenantry vended: written before AWS is asked, kept after it is closed. */
export interface Account {
  /** Unique, deterministic for the request that planned it: `tenantry-3f9a2c71d0b4`. Key of the record, AccountName at AWS. */
  accountName: string;
  /** Address of the root user, unique over all of AWS. */
  email: string;
  /** How many addresses were taken by others before this one. */
  alias: number;
  state: AccountState;
  /** When it was planned, ISO 8601. */
  plannedAt: string;
  /** Creations that AWS failed with a reason that passes. */
  failures: number;
  /** AWS's id of the creation request ("car-…"). */
  requestId?: string;
  /** Earliest time of the next CreateAccount call, by the shared rate, ISO 8601. */
  createNotBefore?: string;
  /** When CreateAccount was called with an outcome that is not known: written before the call, removed by a definite refusal. */
  askedAt?: string;
  /** Requests of this name that AWS failed: they are not found again. */
  failedRequests?: string[];
  accountId?: string;
  /** The tenant for which it was vended: nobody else can claim it. */
  reservedFor?: string;
  /** The tenant that lives in it or whose remains are removed (`CLAIMED`, `CLEANING`). */
  tenantId?: string;
  /** The tenant that lived in it: only the same one can claim it again. */
  previousTenant?: string;
  /** The execution of vend-account that works on it. */
  executionArn?: string;
  vendedAt?: string;
  availableAt?: string;
  /** The operation that claimed it. */
  claimedBy?: string;
  /** Checks of readiness and parts of the baseline that were passed, and when. */
  ready?: Record<string, string>;
  /** Scans in a row that found nothing. */
  cleanScans?: number;
  /** Scans that found something. */
  dirtyScans?: number;
  /** What cannot be removed, as ARNs or "kind name (region)". */
  resisting?: string[];
  /** Why it is in this state, for `REFUSED` and `QUARANTINED`. */
  reason?: string;
  closedAt?: string;
  updatedAt: string;
}

/** States in which an account is on its way to the pool. */
export const PROGRESSING_STATES: readonly AccountState[] = ['PLANNED', 'REQUESTED', 'VENDED'];

/** Whether the tenant may be given the account: virgin accounts go to anyone, reserved and returned ones to their own tenant. */
export function claimableBy(
  account: Pick<Account, 'state' | 'reservedFor' | 'previousTenant'>,
  tenantId: string,
): boolean {
  if (account.state !== 'AVAILABLE') return false;
  return (account.previousTenant ?? account.reservedFor ?? tenantId) === tenantId;
}
