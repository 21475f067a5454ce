import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Publication, Publisher } from '../../../events/publisher.ts';
import type { RatedTenant } from '../../../tenancy/upgrades/record.ts';
import { START } from '../../../tenancy/upgrades/testing/simulation.ts';
import { getTenant } from '../../operations/tenant-registry.ts';
import type { Table } from '../../runtime/table.ts';

const BORN = new Date(START).toISOString();

/** Where tenants of the tiers live, as in the configuration that comes with the package. */
export const exampleTiers = {
  basic: { placement: { account: 'pooled', workspace: 'namespace' } },
  standard: { placement: { account: 'pooled', workspace: 'vcluster' } },
  premium: { placement: { account: 'dedicated', workspace: 'vcluster' } },
  enterprise: { placement: { account: 'dedicated', workspace: 'cluster' } },
} as const;

/** Writes a tenant that was made at the start of the simulation and is ready. */
export async function readyTenant(
  table: Table,
  tenantId: string,
  changes: Partial<RatedTenant> = {},
): Promise<RatedTenant> {
  const tenant: RatedTenant = {
    tenantId,
    state: 'READY',
    tier: 'basic',
    placement: exampleTiers.basic.placement,
    generation: 1,
    owner: 'saas.shop',
    operation: 'onboard',
    operationId: `${tenantId}-created`,
    executionArn: 'arn:1',
    correlationId: `${tenantId}-created`,
    createdAt: BORN,
    updatedAt: BORN,
    ...changes,
  };
  const Item = { pk: `TENANT#${tenantId}`, sk: 'TENANT', entity: 'TENANT', ...tenant };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
  return tenant;
}

/** The tenant as an evaluation reads it. Throws an Error when there is none. */
export async function ratedTenant(table: Table, tenantId: string): Promise<RatedTenant> {
  const tenant = await getTenant(table, tenantId);
  if (!tenant) throw new Error(`there is no tenant ${tenantId}`);
  return tenant;
}

/** Changes the record of a tenant, as an operation that begins or ends does. */
export async function changeTenant(table: Table, tenantId: string, changes: Partial<RatedTenant>): Promise<void> {
  const entries = Object.entries(changes);
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: { pk: `TENANT#${tenantId}`, sk: 'TENANT' },
      UpdateExpression: `SET ${entries.map((_, index) => `#n${index} = :v${index}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(entries.map(([name], index) => [`#n${index}`, name])),
      ExpressionAttributeValues: Object.fromEntries(entries.map(([, value], index) => [`:v${index}`, value])),
    }),
  );
}

/** An event as the tests look at it. */
export interface Said {
  type: string;
  id: string | undefined;
  data: Record<string, unknown>;
}

/** A publisher that checks events by their schemas and keeps them; `failing` makes the next ones fail before or after their effect. */
export function listeningPublisher(): Publisher & { said: Said[]; fail(how: 'before' | 'after'): void } {
  const said: Said[] = [];
  let failing: 'before' | 'after' | undefined;
  return {
    said,
    fail(how) {
      failing = how;
    },
    async publish(...events) {
      const how = failing;
      failing = undefined;
      if (how === 'before') throw new Error('the bus is away');
      for (const { type, data, metadata } of events as unknown as Publication[]) {
        const occurredAt = BORN;
        type.schema.parse({ metadata: { occurredAt, ...metadata, version: type.version }, data });
        said.push({ type: type.name, id: metadata?.id, data: data as Record<string, unknown> });
      }
      if (how === 'after') throw new Error('the answer was lost');
    },
  };
}
