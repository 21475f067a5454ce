import { quantityValue } from '../workspace/quantities.ts';

/** What a tenant's quota commits: thousandths of cores and MiB, whole numbers so that sums stay exact. */
export interface Demand {
  readonly cpuMillis: number;
  readonly memoryMebibytes: number;
}

/** How much a shared cluster takes. A missing member does not limit. */
export interface Capacity {
  readonly tenants: number;
  readonly cpuMillis?: number;
  readonly memoryMebibytes?: number;
}

/** A shared cluster and what is promised in it. */
export interface ClusterLoad extends Demand {
  readonly name: string;
  readonly capacity: Capacity;
  readonly tenants: number;
  /** It is not there yet: whoever joins it waits until it is made. */
  readonly making?: boolean;
}

/** `fullest` packs tenants, so that few clusters are paid for; `emptiest` spreads them, so that few are hit by one failure. */
export type SpreadPolicy = 'fullest' | 'emptiest';

/** What the quota of a workspace commits: its requests. */
export function demandOf(compute: { 'requests.cpu': string; 'requests.memory': string }): Demand {
  return {
    cpuMillis: Math.ceil(quantityValue(compute['requests.cpu']) * 1000),
    memoryMebibytes: Math.ceil(quantityValue(compute['requests.memory']) / 2 ** 20),
  };
}

/** The capacity that may be promised: a share of what is there, at least one tenant. */
export function promisable(capacity: Capacity, share: number): Capacity {
  const part = (amount: number) => Math.floor(amount * share);
  return {
    tenants: Math.max(1, part(capacity.tenants)),
    ...(capacity.cpuMillis !== undefined && { cpuMillis: part(capacity.cpuMillis) }),
    ...(capacity.memoryMebibytes !== undefined && { memoryMebibytes: part(capacity.memoryMebibytes) }),
  };
}

/** Whether one more tenant with that demand fits. */
export function fits(load: ClusterLoad, demand: Demand): boolean {
  const { capacity } = load;
  return (
    load.tenants < capacity.tenants &&
    load.cpuMillis + demand.cpuMillis <= (capacity.cpuMillis ?? Number.POSITIVE_INFINITY) &&
    load.memoryMebibytes + demand.memoryMebibytes <= (capacity.memoryMebibytes ?? Number.POSITIVE_INFINITY)
  );
}

/** The share in use of whatever is scarcest, 0 to 1. */
export function fullness(load: ClusterLoad): number {
  const { capacity } = load;
  return Math.max(
    load.tenants / capacity.tenants,
    capacity.cpuMillis ? load.cpuMillis / capacity.cpuMillis : 0,
    capacity.memoryMebibytes ? load.memoryMebibytes / capacity.memoryMebibytes : 0,
  );
}

/**
 * The clusters that fit, best first: those that are there before those that are being made, whatever the policy. Equal ones in
 * the order given, so that everybody prefers the same.
 */
export function preferred(loads: readonly ClusterLoad[], demand: Demand, policy: SpreadPolicy): ClusterLoad[] {
  const direction = policy === 'fullest' ? -1 : 1;
  const waiting = ({ making }: ClusterLoad) => (making ? 1 : 0);
  return loads
    .filter((load) => fits(load, demand))
    .sort((a, b) => waiting(a) - waiting(b) || direction * (fullness(a) - fullness(b)));
}

/** How many more tenants with that demand fit. */
export function freePlaces(load: ClusterLoad, demand: Demand): number {
  const { capacity } = load;
  const times = (limit: number | undefined, used: number, each: number) =>
    limit === undefined || each === 0 ? Number.POSITIVE_INFINITY : Math.floor((limit - used) / each);
  const places = Math.min(
    capacity.tenants - load.tenants,
    times(capacity.cpuMillis, load.cpuMillis, demand.cpuMillis),
    times(capacity.memoryMebibytes, load.memoryMebibytes, demand.memoryMebibytes),
  );
  return Math.max(0, places);
}

/** At least as much as each of them, of each resource. */
export function largestDemand(demands: readonly Demand[]): Demand {
  return {
    cpuMillis: Math.max(0, ...demands.map(({ cpuMillis }) => cpuMillis)),
    memoryMebibytes: Math.max(0, ...demands.map(({ memoryMebibytes }) => memoryMebibytes)),
  };
}
