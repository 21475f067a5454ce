import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { conditionFailed, type Table } from '../runtime/table.ts';

const key = (cluster: string) => ({ pk: `CLUSTER#${cluster}`, sk: 'CLUSTER' });

/**
 * Takes a place in a shared cluster for the tenant, in one conditional write, so that a cluster never has more tenants
 * than its capacity. True if the tenant has a place (also one it had before); false when the cluster is full.
 */
export async function takePlace(table: Table, cluster: string, tenantId: string, capacity: number): Promise<boolean> {
  try {
    await table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(cluster),
        UpdateExpression: 'ADD members :member SET entity = :entity, #name = :name',
        ConditionExpression: 'attribute_not_exists(members) OR contains(members, :tenant) OR size(members) < :capacity',
        ExpressionAttributeNames: { '#name': 'name' },
        ExpressionAttributeValues: {
          ':member': new Set([tenantId]),
          ':tenant': tenantId,
          ':capacity': capacity,
          ':entity': 'CLUSTER',
          ':name': cluster,
        },
      }),
    );
    return true;
  } catch (error) {
    if (conditionFailed(error)) return false;
    throw error;
  }
}

/** Gives the tenant's place back. Giving back twice is giving back once. */
export async function givePlaceBack(table: Table, cluster: string, tenantId: string): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(cluster),
      UpdateExpression: 'DELETE members :member',
      ExpressionAttributeValues: { ':member': new Set([tenantId]) },
    }),
  );
}
