import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Clients } from './clients.ts';

const TableName = 'tenantry-registry';

/** The registry's record of a tenant. */
export async function registered(clients: Clients, tenantId: string): Promise<Record<string, unknown> | undefined> {
  const Key = { pk: `TENANT#${tenantId}`, sk: 'TENANT' };
  const { Item } = await clients.table.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  return Item;
}

/** The tenant's ledger: `kind name` -> state, in the order of making. */
export async function ledger(clients: Clients, tenantId: string): Promise<Record<string, string>> {
  const { Items = [] } = await clients.table.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :resource)',
      ExpressionAttributeValues: { ':pk': `TENANT#${tenantId}`, ':resource': 'RESOURCE#' },
      ConsistentRead: true,
    }),
  );
  return Object.fromEntries(Items.map((item) => [`${item['kind']} ${item['name']}`, String(item['state'])]));
}

/** Tenants that have a place in a shared cluster. */
export async function members(clients: Clients, cluster: string): Promise<string[]> {
  const Key = { pk: `CLUSTER#${cluster}`, sk: 'CLUSTER' };
  const { Item } = await clients.table.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  return [...((Item?.['members'] as Set<string> | undefined) ?? [])].sort();
}
