import { createHash } from 'node:crypto';

/** Tag on every vended account: the name of its record. An account without it is never adopted. */
export const accountTag = 'tenantry:account';

/** Tag on what the product made. */
export const managedByTag = { key: 'tenantry:managed-by', value: 'tenantry' } as const;

/** Hexadecimal digits of a name: with 10,000 accounts two names are the same with a chance of one in five million. */
const DIGITS = 12;

/** The name of the account that an operation vends for a tenant: the same whenever the step runs again. */
export function reservedAccountName(tenantId: string, operationId: string): string {
  return named(`tenant\0${tenantId}\0${operationId}`);
}

/** The name of an account for stock, from something unique. */
export function stockAccountName(unique: string): string {
  return named(`stock\0${unique}`);
}

function named(text: string): string {
  return `tenantry-${createHash('sha256').update(text).digest('hex').slice(0, DIGITS)}`;
}
