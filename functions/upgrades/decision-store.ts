import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DecisionRecord, RatedTenant, UpgradeRecord } from '../../tenancy/upgrades/record.ts';
import { conditionally, queryAll, type Table } from '../runtime/table.ts';

const tenantKey = (tenantId: string) => ({ pk: `TENANT#${tenantId}`, sk: 'TENANT' });

/**
 * Writes what is decided, with its numbers, into the tenant's own record: one conditional write, which excludes that an operation
 * runs or ran since the tenant was read, that its tier changed, and that anybody else decided. False when one of these is so.
 */
export function writeRecord(table: Table, tenant: RatedTenant, record: UpgradeRecord): Promise<boolean> {
  const { upgrades: before } = tenant;
  return conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key: tenantKey(tenant.tenantId),
      UpdateExpression: 'SET upgrades = :record',
      ConditionExpression: [
        '#state = :state',
        'tier = :tier',
        'operationId = :operation',
        before ? 'upgrades.revision = :revision' : 'attribute_not_exists(upgrades)',
      ].join(' AND '),
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':record': record,
        ':state': tenant.state,
        ':tier': tenant.tier,
        ':operation': tenant.operationId,
        ...(before && { ':revision': before.revision }),
      },
    }),
  );
}

/** Notes that the decision was said on the bus, or never will be. Noting it twice is noting it once. */
export async function clearUnsent(table: Table, tenantId: string, decisionId: string): Promise<void> {
  await conditionally(
    table,
    new UpdateCommand({
      TableName: table.name,
      Key: tenantKey(tenantId),
      UpdateExpression: 'REMOVE upgrades.unsent',
      ConditionExpression: 'upgrades.unsent.decisionId = :decision',
      ExpressionAttributeValues: { ':decision': decisionId },
    }),
  );
}

/** A decision in the tenant's history. `overtaken`: nobody is known to have heard of it before the tenant was changed. */
export type KeptDecision = DecisionRecord & { readonly overtaken?: boolean };

/** Adds the decision to the tenant's history, which is kept for good. Adding it twice is adding it once. */
export async function keepDecision(table: Table, tenantId: string, decision: KeptDecision): Promise<void> {
  const Item = { pk: `TENANT#${tenantId}`, sk: `DECISION#${decision.decidedAt}`, ...decision };
  await table.client.send(new PutCommand({ TableName: table.name, Item }));
}

/** All decisions about the tenant, oldest first. */
export function readDecisions(table: Table, tenantId: string): Promise<KeptDecision[]> {
  return queryAll(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': `TENANT#${tenantId}`, ':prefix': 'DECISION#' },
  });
}
