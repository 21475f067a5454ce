import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { type Capacity, type Demand, demandOf } from '../../tenancy/clusters/capacity.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type Placed, placementId } from '../../tenancy/names.ts';
import { type ClusterRecord, clusterKey, commitmentAttributes, getCluster } from '../clusters/cluster-store.ts';
import { installedClusters } from '../clusters/installed-clusters.ts';
import { capacitiesOf, demandOfPlace, placeAttributes } from '../clusters/join-shared-cluster.ts';
import { createLedger, readLedger } from '../operations/ledger-store.ts';
import { findTier } from '../runtime/config.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { conditionally, type Table, table } from '../runtime/table.ts';

/** How often the write is tried again when others fill the cluster at the same time. */
const MOST_TRIES = 25;

export interface Commitment extends Placed {
  readonly operationId: string;
  readonly cluster: string;
  readonly capacity: Capacity;
  /** What is to be committed, by what is committed now. */
  wanted(held: Demand): Demand;
}

/**
 * Ensures what is committed to a tenant that stays in its shared cluster, in one conditional write: never more than the cluster's
 * capacity, and nothing is changed when it does not fit. Then the ledger says it too. Again is the same.
 * Throws `NoClusterCapacity`.
 */
export async function adjustCommitment(registry: Table, commitment: Commitment): Promise<Demand> {
  const { tenantId, cluster } = commitment;
  const entry = (await readLedger(registry, tenantId)).find(
    ({ kind, name, generation, state }) =>
      kind === 'cluster' && name === cluster && generation === commitment.generation && state !== 'DELETED',
  );
  const came = demandOfPlace(entry?.attributes);
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const record = await getCluster(registry, cluster);
    if (!entry || !record?.members.has(placementId(commitment)))
      throw new TypeError(`The tenant "${tenantId}" has no place in the cluster ${cluster}.`);
    const held = record.changed.get(placementId(commitment)) ?? came;
    const wanted = commitment.wanted(held);
    const changes = wanted.cpuMillis !== held.cpuMillis || wanted.memoryMebibytes !== held.memoryMebibytes;
    if (changes) expectRoom(record, commitment, held, wanted);
    if (changes && !(await commit(registry, commitment, held, wanted))) continue;
    await createLedger(registry, commitment).created('cluster', cluster, {
      ...entry.attributes,
      ...placeAttributes(wanted),
    });
    return wanted;
  }
  throw new CatalogueError('AwsUnavailable', `Others fill the cluster ${cluster} at the same time: try again.`);
}

const MOST = Number.MAX_SAFE_INTEGER;

function expectRoom(
  { cpuMillis, memoryMebibytes }: ClusterRecord,
  { cluster, capacity }: Commitment,
  held: Demand,
  wanted: Demand,
) {
  const lacking = [
    missing(wanted.cpuMillis - held.cpuMillis, (capacity.cpuMillis ?? MOST) - cpuMillis, 'thousandths of a core'),
    missing(
      wanted.memoryMebibytes - held.memoryMebibytes,
      (capacity.memoryMebibytes ?? MOST) - memoryMebibytes,
      'MiB of memory',
    ),
  ].flatMap((text) => text ?? []);
  if (lacking.length > 0)
    throw new CatalogueError(
      'NoClusterCapacity',
      `The shared cluster ${cluster} has no room to grow in: ${lacking.join(', ')}.`,
    );
}

function missing(more: number, free: number, unit: string): string | undefined {
  return more > 0 && more > free ? `${more} ${unit} more are needed, ${Math.max(0, free)} are left` : undefined;
}

/** False when the record is not what was read any more. */
function commit(registry: Table, commitment: Commitment, held: Demand, wanted: Demand): Promise<boolean> {
  const { capacity, cluster } = commitment;
  const member = placementId(commitment);
  const more = { cpu: wanted.cpuMillis - held.cpuMillis, memory: wanted.memoryMebibytes - held.memoryMebibytes };
  // What is given back needs no room, also in a cluster that was filled beyond a capacity which was lowered since.
  const room = (limit: number | undefined, change: number) => (change > 0 ? (limit ?? MOST) - change : MOST);
  return conditionally(
    registry,
    new UpdateCommand({
      TableName: registry.name,
      Key: clusterKey(cluster),
      UpdateExpression: 'ADD cpuMillis :moreCpu, memoryMebibytes :moreMemory SET #cpu = :cpu, #memory = :memory',
      ConditionExpression:
        'contains(members, :one) AND cpuMillis <= :cpuRoom AND memoryMebibytes <= :memoryRoom AND (attribute_not_exists(#cpu) OR (#cpu = :heldCpu AND #memory = :heldMemory))',
      ExpressionAttributeNames: commitmentAttributes(member),
      ExpressionAttributeValues: {
        ':one': member,
        ':moreCpu': more.cpu,
        ':moreMemory': more.memory,
        ':cpu': wanted.cpuMillis,
        ':memory': wanted.memoryMebibytes,
        ':heldCpu': held.cpuMillis,
        ':heldMemory': held.memoryMebibytes,
        ':cpuRoom': room(capacity.cpuMillis, more.cpu),
        ':memoryRoom': room(capacity.memoryMebibytes, more.memory),
      },
    }),
  );
}

/** The larger of each. */
export function largestOf(first: Demand, ...others: readonly Demand[]): Demand {
  return others.reduce(
    (most, each) => ({
      cpuMillis: Math.max(most.cpuMillis, each.cpuMillis),
      memoryMebibytes: Math.max(most.memoryMebibytes, each.memoryMebibytes),
    }),
    first,
  );
}

/**
 * Step of adjust-placement. `both`: what either tier needs and what is committed already, before the workspace is loosened.
 * `new`: exactly what the new tier needs, after it is tightened. Clusters of tenants' own have no commitments.
 */
export const handler = step({
  name: 'adjust-commitment',
  input: placedStepInput.extend({
    tier: z.string(),
    fromTier: z.string(),
    placement,
    cluster: z.object({ name: z.string() }),
    until: z.enum(['both', 'new']),
  }),
  output: z.object({ cpuMillis: z.number(), memoryMebibytes: z.number() }).partial(),
  async run({ tier, fromTier, placement: { workspace }, cluster, until, ...operation }) {
    if (workspace === 'cluster') return {};
    const [wanted, old] = [tier, fromTier].map((name) => demandOf(findTier(name).workspace.compute)) as [
      Demand,
      Demand,
    ];
    return adjustCommitment(table(), {
      ...operation,
      cluster: cluster.name,
      capacity: capacitiesOf(installedClusters())(cluster.name),
      wanted: (held) => (until === 'new' ? wanted : largestOf(held, wanted, old)),
    });
  },
});
