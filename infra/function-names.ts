/**
 * Names of functions and of their roles. They are known before anything is deployed: policies in the management account
 * and in accounts of tenants trust them by name, and a reference cannot cross accounts.
 */
export function functionName(prefix: string, source: string): string {
  return `${prefix}-${source.split('/').at(-1)}`;
}

/** Name of a function's role: that of the function. `name` may be a pattern. */
export function functionRoleName(prefix: string, name: string): string {
  return `${prefix}-${name}`;
}

/** Functions that assume the broker: they create, move or close accounts, or enter those that have no baseline yet. */
export const BROKER_USERS = [
  'apply-baseline',
  'assign-account',
  'check-readiness',
  'clean-account',
  'create-account',
  'ensure-closed',
  'return-account',
  'secure-account',
] as const;

/** Functions that assume the teardown role of an account. */
export const TEARDOWN_USERS = ['clean-account'] as const;

/** Name of the permissions boundary of tenant roles, in every account the same. */
export function tenantBoundaryName(prefix: string): string {
  return `${prefix}-tenant-boundary`;
}
