import type { Placement } from '../../events/placement.ts';
import type { Random } from '../../functions/testing/random.ts';

/** What the tenants of the simulation buy; it is about their accounts, so all of them live in namespaces. */
export const PLACEMENTS = {
  basic: { account: 'pooled', workspace: 'namespace' },
  plus: { account: 'dedicated', workspace: 'namespace' },
} as const satisfies Record<string, Placement>;

export interface Arrival {
  readonly tenantId: string;
  readonly tier: keyof typeof PLACEMENTS;
  /** Milliseconds after the beginning of the day. */
  readonly at: number;
}

const HOUR = 3_600_000;

/** Sign-ups of a product that is used in one part of the world: quiet at night, most in the morning, once more in the afternoon. */
const HOURS = [1, 1, 1, 1, 2, 3, 5, 8, 11, 12, 11, 9, 8, 10, 11, 10, 8, 6, 4, 3, 2, 2, 1, 1];

/** Tenants of a day in the order in which they come; every tenth is to have an account of its own. */
export function dayOfArrivals(tenants: number, random: Random): Arrival[] {
  const total = HOURS.reduce((sum, weight) => sum + weight, 0);
  const times = Array.from({ length: tenants }, () => timeOfDay(random.next() * total, random)).sort((a, b) => a - b);
  return times.map((at, index) => ({
    tenantId: `tenant-${String(index).padStart(5, '0')}`,
    tier: index % 10 === 9 ? 'plus' : 'basic',
    at,
  }));
}

/** Tenants with accounts of their own that all come at once. */
export function burstOfArrivals(tenants: number): Arrival[] {
  return Array.from({ length: tenants }, (_, index) => ({
    tenantId: `tenant-${String(index).padStart(5, '0')}`,
    tier: 'plus',
    at: 0,
  }));
}

function timeOfDay(drawn: number, random: Random): number {
  let rest = drawn;
  for (const [hour, weight] of HOURS.entries()) {
    if (rest < weight) return Math.floor((hour + random.next()) * HOUR);
    rest -= weight;
  }
  return 24 * HOUR - 1;
}
