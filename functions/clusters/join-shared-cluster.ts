import {
  type Capacity,
  type ClusterLoad,
  type Demand,
  preferred,
  promisable,
} from '../../tenancy/clusters/capacity.ts';
import type { ClustersConfig, SharedClusterConfig } from '../../tenancy/clusters/config.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type Placed, placementId } from '../../tenancy/names.ts';
import { quantityValue } from '../../tenancy/workspace/quantities.ts';
import { type Ledger, readLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';
import { type ClusterRecord, listClusters, recordAddedCluster, takePlace } from './cluster-store.ts';

export interface SharedClusters {
  /** Clusters that exist, in order of preference among equally full ones. */
  readonly existing: readonly SharedClusterConfig[];
  readonly settings: Pick<ClustersConfig, 'share' | 'spread' | 'added'>;
  /** Name of the n-th cluster that is added. */
  addedName(n: number): string;
}

export interface Place {
  readonly name: string;
  /** Whether it is one that the product adds itself. */
  readonly added: boolean;
}

/** Attributes of the ledger's entry: what to give back. */
export function placeAttributes(demand: Demand): Record<string, string> {
  return { cpuMillis: String(demand.cpuMillis), memoryMebibytes: String(demand.memoryMebibytes) };
}

/** What such attributes say; of an entry without them, nothing. */
export function demandOfPlace(attributes: Readonly<Record<string, string>> = {}): Demand {
  return {
    cpuMillis: Number(attributes['cpuMillis'] ?? 0),
    memoryMebibytes: Number(attributes['memoryMebibytes'] ?? 0),
  };
}

/**
 * Ensures that the tenant has a place in one shared cluster: the one it has, else the best that fits, else one that is
 * added. No cluster is ever promised beyond its share, however many ask at once. Throws `NoClusterCapacity`.
 */
export async function joinSharedCluster(
  table: Table,
  ledger: Ledger,
  shared: SharedClusters,
  request: Placed & { demand: Demand },
): Promise<Place> {
  const { demand } = request;
  const member = placementId(request);
  const capacities = capacitiesOf(shared);
  for (const name of await plannedNames(table, request)) {
    const capacity = capacities(name);
    if (await takePlace(table, name, member, demand, capacity)) return placeOf(shared, name);
    await ledger.deleted('cluster', name);
  }
  // Each round either takes a place, learns that one more cluster is full, or adds a cluster.
  const full = new Set<string>();
  for (;;) {
    const loads = await loadsOf(table, shared, capacities);
    const [best] = preferred(
      loads.filter(({ name }) => !full.has(name)),
      demand,
      shared.settings.spread,
    );
    const name = best?.name ?? (await addCluster(table, shared, loads, capacities, demand));
    // The intent comes first: a place that a crash leaves taken is found by the ledger.
    await ledger.plan('cluster', name, placeAttributes(demand));
    if (await takePlace(table, name, member, demand, capacities(name))) return placeOf(shared, name);
    await ledger.deleted('cluster', name);
    full.add(name);
  }
}

function placeOf(shared: SharedClusters, name: string): Place {
  return { name, added: !shared.existing.some((cluster) => cluster.name === name) };
}

async function plannedNames(table: Table, { tenantId, generation }: Placed): Promise<string[]> {
  const entries = await readLedger(table, tenantId);
  return entries
    .filter((entry) => entry.kind === 'cluster' && entry.generation === generation && entry.state !== 'DELETED')
    .map(({ name }) => name);
}

/** What each shared cluster may be promised, by its name; that of one that is added, by any other name. */
export function capacitiesOf({ existing, settings }: SharedClusters): (name: string) => Capacity {
  return (name) => {
    const configured = existing.find((cluster) => cluster.name === name) ?? settings.added;
    if (!configured) return { tenants: 0 };
    const { capacity, cpu, memory } = configured;
    return promisable(
      {
        tenants: capacity,
        ...(cpu && { cpuMillis: quantityValue(cpu) * 1000 }),
        ...(memory && { memoryMebibytes: quantityValue(memory) / 2 ** 20 }),
      },
      settings.share,
    );
  };
}

/** A shared cluster, what is promised in it, and its number if it is one that was added. */
export type SharedLoad = ClusterLoad & { readonly added?: number | undefined };

/** Every shared cluster there is, with what is promised in it; a moment behind. */
export async function loadsOf(
  table: Table,
  shared: SharedClusters,
  capacities: (name: string) => Capacity,
): Promise<SharedLoad[]> {
  const records = new Map((await listClusters(table)).map((record) => [record.name, record]));
  const names = shared.existing.map(({ name }) => name);
  const added = [...records.values()]
    .filter((record) => record.added !== undefined && !names.includes(record.name))
    .sort((a, b) => (a.added ?? 0) - (b.added ?? 0));
  return [...names.map((name) => records.get(name) ?? unusedCluster(name)), ...added].map((record) =>
    loadOf(shared, capacities, record),
  );
}

/** A cluster that nobody has joined yet. */
export function unusedCluster(name: string): ClusterRecord {
  return { name, members: new Set(), changed: new Map(), cpuMillis: 0, memoryMebibytes: 0 };
}

/** What the record of a shared cluster says of its load. */
export function loadOf(
  { existing }: SharedClusters,
  capacities: (name: string) => Capacity,
  { name, members, cpuMillis, memoryMebibytes, added, made }: ClusterRecord,
): SharedLoad {
  return {
    name,
    tenants: members.size,
    cpuMillis,
    memoryMebibytes,
    capacity: capacities(name),
    added,
    making: added !== undefined && !made && !existing.some((cluster) => cluster.name === name),
  };
}

/** The next cluster that would be added for the demand; `undefined`, with the reason in words, if none may be. */
export function nextAdded(
  { settings: { added } }: SharedClusters,
  loads: readonly { name: string; added?: number | undefined }[],
  capacities: (name: string) => Capacity,
  demand: Demand,
): { next: number } | { next: undefined; why: string } {
  const capacity = capacities('');
  const tooLarge =
    demand.cpuMillis > (capacity.cpuMillis ?? Number.POSITIVE_INFINITY) ||
    demand.memoryMebibytes > (capacity.memoryMebibytes ?? Number.POSITIVE_INFINITY);
  const next = Math.max(0, ...loads.map((load) => load.added ?? 0)) + 1;
  if (added && next <= added.maximum && !tooLarge) return { next };
  const names = loads.map(({ name }) => `${name} (${capacities(name).tenants})`).join(', ');
  const limit = added ? `, and ${tooLarge ? 'a new one would be too small' : `${added.maximum} were added`}` : '';
  return { next: undefined, why: `No shared cluster has room: ${names}${limit}.` };
}

/** Records the next cluster; whoever comes second finds the first one's. The name of a cluster that was just added. */
async function addCluster(
  table: Table,
  shared: SharedClusters,
  loads: readonly { name: string; added?: number | undefined }[],
  capacities: (name: string) => Capacity,
  demand: Demand,
): Promise<string> {
  const added = nextAdded(shared, loads, capacities, demand);
  if (added.next === undefined) throw new CatalogueError('NoClusterCapacity', added.why);
  const name = shared.addedName(added.next);
  await recordAddedCluster(table, name, added.next);
  return name;
}
