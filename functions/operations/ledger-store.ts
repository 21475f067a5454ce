import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type LedgerEntry, ledgerKey } from '../../tenancy/ledger.ts';
import type { Placed } from '../../tenancy/names.ts';
import type { ResourceKind } from '../../tenancy/steps.ts';
import { queryAll, type Table } from '../runtime/table.ts';

/** On whose behalf the ledger is written. */
export interface LedgerWriter extends Placed {
  readonly operationId: string;
}

/** The durable ledger of one operation's resources: see {@link LedgerEntry}. */
export interface Ledger {
  /** Intent: to be written before the call that makes the resource. Keeps `CREATED` as it is. */
  plan(kind: ResourceKind, name: string, attributes?: Record<string, string>): Promise<void>;
  created(kind: ResourceKind, name: string, attributes: Record<string, string>): Promise<void>;
  deleted(kind: ResourceKind, name: string): Promise<void>;
}

/** The ledger of a tenant, written on behalf of an operation. */
export function createLedger(table: Table, operation: LedgerWriter): Ledger {
  const write = (
    kind: ResourceKind,
    name: string,
    state: LedgerEntry['state'],
    attributes: Record<string, string> | undefined,
  ) =>
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: `TENANT#${operation.tenantId}`, sk: `RESOURCE#${ledgerKey(kind, name, operation.generation)}` },
        UpdateExpression: `SET #state = :state, #name = :name, kind = :kind, tenantId = :tenant, generation = :generation, operationId = :operation, updatedAt = :now${attributes ? ', attributes = :attributes' : ''}`,
        ExpressionAttributeNames: { '#state': 'state', '#name': 'name' },
        ExpressionAttributeValues: {
          ':state': state,
          ':name': name,
          ':kind': kind,
          ':tenant': operation.tenantId,
          ':generation': operation.generation,
          ':operation': operation.operationId,
          ':now': new Date().toISOString(),
          ...(attributes && { ':attributes': attributes }),
        },
      }),
    );
  return {
    async plan(kind, name, attributes = {}) {
      await write(kind, name, 'PLANNED', attributes);
    },
    async created(kind, name, attributes) {
      await write(kind, name, 'CREATED', attributes);
    },
    async deleted(kind, name) {
      await write(kind, name, 'DELETED', undefined);
    },
  };
}

/** All entries of a tenant, in the order of making, read consistently. */
export function readLedger(table: Table, tenantId: string): Promise<LedgerEntry[]> {
  return queryAll(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': `TENANT#${tenantId}`, ':prefix': 'RESOURCE#' },
    ConsistentRead: true,
  });
}
