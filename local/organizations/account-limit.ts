import type { Store } from '../kernel/store.ts';

/** The quota of accounts in an organization, which belongs to its management account. */
export const ACCOUNTS_QUOTA = 'L-E619E033';

/** How many accounts an organization may have. */
export interface AccountLimit {
  readonly value: number;
  /** Injected: it holds whatever increase was approved. */
  readonly fixed: boolean;
}

const limits = new WeakMap<Store, () => AccountLimit>();

/** Says what organizations start with; the organizations service says it when made. */
export function setAccountLimit(store: Store, limit: () => AccountLimit): void {
  limits.set(store, limit);
}

/** What organizations start with; undefined where Organizations is not part of the run. */
export function accountLimitOf(store: Store): AccountLimit | undefined {
  return limits.get(store)?.();
}
