import { type Demand, demandOf, preferred } from '../../tenancy/clusters/capacity.ts';
import { type Placed, placementId } from '../../tenancy/names.ts';
import { type ClusterRecord, getCluster } from '../clusters/cluster-store.ts';
import {
  capacitiesOf,
  demandOfPlace,
  loadOf,
  loadsOf,
  nextAdded,
  type SharedClusters,
} from '../clusters/join-shared-cluster.ts';
import { readLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';
import type { PreflightRequest, Tiers } from './preflight-request.ts';

/** Where the tenant would live, as far as that can be told without taking it. */
export interface Room {
  /** The shared cluster that it would join or stays in; undefined for one of its own, for one that would be added, and for none. */
  readonly cluster: string | undefined;
  readonly obstacles: readonly string[];
}

/** Looks for room in the shared clusters; takes nothing. In place only the difference is needed. */
export function sharedRoom(
  table: Table,
  shared: SharedClusters,
  request: PreflightRequest,
  tiers: Tiers,
): Promise<Room> {
  const demand = demandOf(tiers.wanted.workspace.compute);
  return request.how === 'in-place'
    ? roomToGrow(table, shared, request, tiers, demand)
    : roomToJoin(table, shared, request, demand);
}

async function roomToJoin(
  table: Table,
  shared: SharedClusters,
  { tenantId, kept }: PreflightRequest,
  demand: Demand,
): Promise<Room> {
  const capacities = capacitiesOf(shared);
  const left = kept && (await clusterWithout(table, { tenantId, generation: kept.generation }));
  const loads = (await loadsOf(table, shared, capacities)).map((load) =>
    load.name === left?.name ? loadOf(shared, capacities, left) : load,
  );
  const [best] = preferred(loads, demand, shared.settings.spread);
  if (best) return { cluster: (await isThere(table, best.name)) ? best.name : undefined, obstacles: [] };
  const added = nextAdded(shared, loads, capacities, demand);
  return {
    cluster: undefined,
    obstacles: added.next === undefined ? [`${demandText(demand)} needed: ${added.why.slice(0, -1)}`] : [],
  };
}

/** The shared cluster that the placement is in, as it is when that has left; `undefined` if it is in none. */
async function clusterWithout(table: Table, placed: Placed): Promise<ClusterRecord | undefined> {
  const entry = (await readLedger(table, placed.tenantId)).find(
    ({ kind, generation, state }) => kind === 'cluster' && generation === placed.generation && state !== 'DELETED',
  );
  const record = entry && (await getCluster(table, entry.name));
  const member = placementId(placed);
  if (!record?.members.has(member)) return undefined;
  const held = record.changed.get(member) ?? demandOfPlace(entry?.attributes);
  return {
    ...record,
    members: new Set([...record.members].filter((other) => other !== member)),
    cpuMillis: record.cpuMillis - held.cpuMillis,
    memoryMebibytes: record.memoryMebibytes - held.memoryMebibytes,
  };
}

/** One that is added may be on its way still: then nothing is in it. */
async function isThere(table: Table, name: string): Promise<boolean> {
  const record = await getCluster(table, name);
  return record?.added === undefined || record.made === true;
}

async function roomToGrow(
  table: Table,
  shared: SharedClusters,
  { tenantId, from }: PreflightRequest,
  { old }: Tiers,
  demand: Demand,
): Promise<Room> {
  const { name } = from.cluster;
  const record = await getCluster(table, name);
  const held =
    record?.changed.get(placementId({ tenantId, generation: from.generation })) ?? demandOf(old.workspace.compute);
  const capacity = capacitiesOf(shared)(name);
  const more = {
    cpuMillis: demand.cpuMillis - held.cpuMillis,
    memoryMebibytes: demand.memoryMebibytes - held.memoryMebibytes,
  };
  const lacking = (wanted: number, limit: number | undefined, used: number, unit: string) => {
    const free = Math.max(0, (limit ?? Number.POSITIVE_INFINITY) - used);
    return wanted > 0 && wanted > free
      ? [
          `the shared cluster ${name} has ${free} ${unit} left, and ${wanted} more are needed: ${wanted - free} are missing`,
        ]
      : [];
  };
  return {
    cluster: name,
    obstacles: [
      ...lacking(more.cpuMillis, capacity.cpuMillis, record?.cpuMillis ?? 0, 'thousandths of a core'),
      ...lacking(more.memoryMebibytes, capacity.memoryMebibytes, record?.memoryMebibytes ?? 0, 'MiB of memory'),
    ],
  };
}

function demandText({ cpuMillis, memoryMebibytes }: Demand): string {
  return `A place for ${cpuMillis / 1_000} cores and ${memoryMebibytes} MiB is`;
}

/** Clusters that EKS lets an account have in a region, unless its quota was raised. https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html */
export const CLUSTERS_PER_REGION = 100;

/** Whether the account may have one more cluster, by the clusters that it has. */
export function ownClusterObstacles(accountId: string, clusters: number): string[] {
  return clusters < CLUSTERS_PER_REGION
    ? []
    : [
        `the account ${accountId} has ${clusters} EKS clusters in the region, as many as AWS allows (${CLUSTERS_PER_REGION}): delete one, or ask for a higher quota`,
      ];
}
