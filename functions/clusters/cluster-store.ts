import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Capacity, Demand } from '../../tenancy/clusters/capacity.ts';
import { conditionally, listEntities, type Table } from '../runtime/table.ts';

/** Key of a shared cluster's one item. */
export const clusterKey = (cluster: string) => ({ pk: `CLUSTER#${cluster}`, sk: 'CLUSTER' });
const key = clusterKey;

/** Attributes that say what is committed to one member, where that is not what it came with any more. */
export const commitmentAttributes = (member: string) => ({
  '#cpu': `cpuMillis#${member}`,
  '#memory': `memoryMebibytes#${member}`,
});

/** What the registry knows of a shared cluster: whose placements are in it, and what their quotas add up to. */
export interface ClusterRecord extends Demand {
  readonly name: string;
  readonly members: ReadonlySet<string>;
  /** What is committed to members whose quota was changed since they came. */
  readonly changed: ReadonlyMap<string, Demand>;
  /** Number of a cluster that was added when the others were full. */
  readonly added?: number;
  /** Whether such a cluster has been active: from then on it has tenants' objects in it. */
  readonly made?: boolean;
}

/**
 * Takes a place in a shared cluster for a tenant's placement, in one conditional write, so that a cluster never has more tenants,
 * nor more committed to them, than its capacity. True if the tenant has a place (also one it had before); false when it does not fit.
 */
export async function takePlace(
  table: Table,
  cluster: string,
  member: string,
  demand: Demand,
  capacity: Capacity,
): Promise<boolean> {
  const room = (limit: number | undefined, wanted: number) => (limit ?? Number.MAX_SAFE_INTEGER) - wanted;
  const taken = await conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key: key(cluster),
      UpdateExpression:
        'ADD members :member, cpuMillis :cpu, memoryMebibytes :memory SET entity = :entity, #name = :name',
      ConditionExpression:
        '(attribute_not_exists(members) OR (NOT contains(members, :one) AND size(members) < :tenants)) AND (attribute_not_exists(cpuMillis) OR cpuMillis <= :cpuRoom) AND (attribute_not_exists(memoryMebibytes) OR memoryMebibytes <= :memoryRoom)',
      ExpressionAttributeNames: { '#name': 'name' },
      ExpressionAttributeValues: {
        ':member': new Set([member]),
        ':one': member,
        ':tenants': capacity.tenants,
        ':cpu': demand.cpuMillis,
        ':memory': demand.memoryMebibytes,
        ':cpuRoom': room(capacity.cpuMillis, demand.cpuMillis),
        ':memoryRoom': room(capacity.memoryMebibytes, demand.memoryMebibytes),
        ':entity': 'CLUSTER',
        ':name': cluster,
      },
    }),
  );
  return taken || ((await getCluster(table, cluster))?.members.has(member) ?? false);
}

/**
 * Gives the tenant's place back, with what was committed to it: `demand`, unless that was changed since. Giving back twice is
 * giving back once.
 */
export async function givePlaceBack(table: Table, cluster: string, member: string, demand: Demand): Promise<void> {
  await conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key: key(cluster),
      UpdateExpression:
        'DELETE members :member SET cpuMillis = cpuMillis - if_not_exists(#cpu, :cpu), memoryMebibytes = memoryMebibytes - if_not_exists(#memory, :memory) REMOVE #cpu, #memory',
      ConditionExpression: 'contains(members, :one)',
      ExpressionAttributeNames: commitmentAttributes(member),
      ExpressionAttributeValues: {
        ':member': new Set([member]),
        ':one': member,
        ':cpu': demand.cpuMillis,
        ':memory': demand.memoryMebibytes,
      },
    }),
  );
}

/** Records an added cluster before it is made. False when another operation was first. */
export function recordAddedCluster(table: Table, name: string, added: number): Promise<boolean> {
  return conditionally(
    table,
    new PutCommand({
      TableName: table.name,
      Item: { ...key(name), entity: 'CLUSTER', name, added, cpuMillis: 0, memoryMebibytes: 0 },
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );
}

/** Notes that an added cluster is there. */
export async function recordMade(table: Table, name: string): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(name),
      UpdateExpression: 'SET made = :true',
      ExpressionAttributeValues: { ':true': true },
    }),
  );
}

/** The record of one cluster, read consistently. */
export async function getCluster(table: Table, name: string): Promise<ClusterRecord | undefined> {
  const answer = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key(name), ConsistentRead: true }),
  );
  return answer.Item && recordOf(answer.Item);
}

/** All clusters that were ever shared, a moment behind: whoever takes a place is stopped by its condition. */
export async function listClusters(table: Table): Promise<ClusterRecord[]> {
  return (await listEntities<Record<string, unknown>>(table, 'CLUSTER')).map(recordOf);
}

function recordOf(item: Record<string, unknown>): ClusterRecord {
  const members = (item['members'] as Set<string> | undefined) ?? new Set<string>();
  const changed = [...members].flatMap((member): [string, Demand][] => {
    const names = commitmentAttributes(member);
    const [cpuMillis, memoryMebibytes] = [item[names['#cpu']], item[names['#memory']]];
    return cpuMillis === undefined
      ? []
      : [[member, { cpuMillis: Number(cpuMillis), memoryMebibytes: Number(memoryMebibytes) }]];
  });
  return {
    name: String(item['name']),
    members,
    changed: new Map(changed),
    cpuMillis: Number(item['cpuMillis'] ?? 0),
    memoryMebibytes: Number(item['memoryMebibytes'] ?? 0),
    ...(item['added'] !== undefined && { added: Number(item['added']) }),
    ...(item['made'] === true && { made: true }),
  };
}
