import { CLOSURES_IN_FLIGHT, CREATIONS_IN_FLIGHT } from './accounts/limits.ts';

/** Gates that guard a limit of AWS: name -> how many may be inside at once. */
export const sharedGates = {
  'account-creation': CREATIONS_IN_FLIGHT,
  'account-closing': CLOSURES_IN_FLIGHT,
} as const satisfies Record<string, number>;

export type SharedGate = keyof typeof sharedGates;

/** The gate that lets one operation of a tenant run at a time. */
export function tenantGate(tenantId: string): string {
  return `tenant#${tenantId}`;
}

/** How many may be inside the gate at once. Throws an Error for a gate that does not exist. */
export function gateCapacity(gate: string): number {
  if (gate.startsWith('tenant#')) return 1;
  const capacity = Object.hasOwn(sharedGates, gate) ? sharedGates[gate as SharedGate] : undefined;
  if (capacity === undefined)
    throw new Error(`There is no gate "${gate}" (there are: ${Object.keys(sharedGates).join(', ')}, tenant#…).`);
  return capacity;
}
