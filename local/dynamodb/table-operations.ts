import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { onTable } from './access.ts';
import { describeTable } from './describe-table.ts';
import { type TableRecord, type Tables, tableRef, validation } from './tables.ts';

/** Simulated milliseconds a table takes to be created, changed and deleted. */
export interface TableDelays {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
}

/** Tables and their states on the clock. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html */
export function tableOperations(cloud: Cloud, tables: Tables, delays: TableDelays): Record<string, Operation> {
  return {
    CreateTable: {
      authorize: onTable('CreateTable', tables),
      handle: (input, context) => createTable(cloud, tables, delays, input, context),
    },
    DescribeTable: {
      authorize: onTable('DescribeTable', tables),
      async handle(input, context) {
        const ref = tableRef(input.TableName, context);
        if (!tables.find(ref)) return await tables.engine(ref).run('DescribeTable', input);
        return { Table: await describeTable(cloud, tables, tables.get(ref)) };
      },
    },
    UpdateTable: {
      authorize: onTable('UpdateTable', tables),
      handle: (input, context) => updateTable(cloud, tables, delays, input, context),
    },
    DeleteTable: {
      authorize: onTable('DeleteTable', tables),
      async handle(input, context) {
        const record = settled(cloud, tables.get(tableRef(input.TableName, context)));
        if (record.deletionProtection) {
          throw validation(
            'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
          );
        }
        const deleting = { ...record, goneAt: cloud.clock.now() + delays.delete };
        tables.put(deleting);
        finishDeletion(cloud, tables, deleting);
        return { TableDescription: await describeTable(cloud, tables, deleting) };
      },
    },
    ListTables: {
      handle(input, context) {
        const limit = Number(input.Limit ?? 100);
        if (limit < 1 || limit > 100) {
          throw validation(
            `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${limit < 1 ? 'greater than or equal to 1' : 'less than or equal to 100'}`,
          );
        }
        const names = tables
          .list(context.accountId, context.region)
          .map((record) => record.name)
          .filter((name) => name > (input.ExclusiveStartTableName ?? ''));
        const page = names.slice(0, limit);
        return { TableNames: page, ...(names.length > limit && { LastEvaluatedTableName: page.at(-1) }) };
      },
    },
  };
}

/** Removes the table when its DELETING is over; also after a restart. */
export function finishDeletion(cloud: Cloud, tables: Tables, record: TableRecord): void {
  cloud.clock.at(record.goneAt ?? 0, () => {
    const release = cloud.clock.hold(`delete table ${record.name}`);
    void tables
      .engine(record)
      .run('DeleteTable', { TableName: record.name })
      .catch((error: unknown) => {
        // An earlier run had deleted it before it was killed.
        if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
      })
      .then(() => untilGone(tables, record))
      .then(() => tables.remove(record))
      .catch((error: unknown) => cloud.log('error', 'table not deleted', { table: record.name, error: String(error) }))
      .finally(release);
  });
}

async function untilGone(tables: Tables, record: TableRecord): Promise<void> {
  for (;;) {
    try {
      await tables.engine(record).run('DescribeTable', { TableName: record.name });
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return;
      throw error;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function createTable(
  cloud: Cloud,
  tables: Tables,
  delays: TableDelays,
  input: OperationInput,
  context: RequestContext,
) {
  const ref = tableRef(input.TableName, context);
  refuseUnsupported(input);
  const known = tables.find(ref);
  if (known?.goneAt !== undefined) throw inUse(`Table is being deleted: ${ref.name}`);
  if (known) throw new AwsError('ResourceInUseException', `Table already exists: ${ref.name}`);
  await tables.engine(ref).run('CreateTable', { ...input, TableName: ref.name });
  const now = cloud.clock.now();
  const record: TableRecord = {
    ...ref,
    hashKey: hashKeyOf(input.KeySchema),
    indexHashKeys: Object.fromEntries(
      [...(input.GlobalSecondaryIndexes ?? []), ...(input.LocalSecondaryIndexes ?? [])].map((index: OperationInput) => [
        index.IndexName,
        hashKeyOf(index.KeySchema),
      ]),
    ),
    createdAt: now,
    activeAt: now + delays.create,
    updating: false,
    deletionProtection: input.DeletionProtectionEnabled === true,
    tableClass: input.TableClass ?? 'STANDARD',
    tags: Object.fromEntries((input.Tags ?? []).map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value])),
    ...(input.SSESpecification?.Enabled && { encryption: { KMSMasterKeyId: input.SSESpecification.KMSMasterKeyId } }),
  };
  tables.put(record);
  await untilActive(tables, record);
  announce(cloud, record);
  return { TableDescription: await describeTable(cloud, tables, record) };
}

/** The engine's own CREATING and UPDATING end within a turn of the event loop. */
async function untilActive(tables: Tables, record: TableRecord): Promise<void> {
  for (;;) {
    const { Table } = await tables.engine(record).run('DescribeTable', { TableName: record.name });
    if (Table.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A jumping clock has to know that something is going to happen then. */
function announce(cloud: Cloud, record: TableRecord): void {
  cloud.clock.at(record.activeAt, () => cloud.log('debug', 'table active', { table: record.name }));
}

async function updateTable(
  cloud: Cloud,
  tables: Tables,
  delays: TableDelays,
  input: OperationInput,
  context: RequestContext,
) {
  const record = settled(cloud, tables.get(tableRef(input.TableName, context)));
  refuseUnsupported(input);
  if ((input.GlobalSecondaryIndexUpdates ?? []).some((update: OperationInput) => update.Create || update.Delete)) {
    throw validation(
      "The local cloud's dynamodb cannot add or delete an index of an existing table: create the table with its indexes.",
    );
  }
  if (input.BillingMode || input.ProvisionedThroughput || input.GlobalSecondaryIndexUpdates) {
    await tables.engine(record).run('UpdateTable', { ...input, TableName: record.name });
    await untilActive(tables, record);
  }
  const changed: TableRecord = {
    ...record,
    deletionProtection: input.DeletionProtectionEnabled ?? record.deletionProtection,
    tableClass: input.TableClass ?? record.tableClass,
    activeAt: cloud.clock.now() + delays.update,
    updating: true,
  };
  if (input.SSESpecification?.Enabled) changed.encryption = { KMSMasterKeyId: input.SSESpecification.KMSMasterKeyId };
  if (input.SSESpecification?.Enabled === false) delete changed.encryption;
  tables.put(changed);
  announce(cloud, changed);
  return { TableDescription: await describeTable(cloud, tables, changed) };
}

/** Throws ResourceInUseException while the table is created, changed or deleted. */
function settled(cloud: Cloud, record: TableRecord): TableRecord {
  if (record.goneAt !== undefined) throw inUse(`Table is being deleted: ${record.name}`);
  if (cloud.clock.now() < record.activeAt) {
    throw inUse(`Table is being ${record.updating ? 'updated' : 'created'}: ${record.name}`);
  }
  return record;
}

function inUse(what: string): AwsError {
  return new AwsError('ResourceInUseException', `Attempt to change a resource which is still in use: ${what}`);
}

function refuseUnsupported(input: OperationInput): void {
  if (input.StreamSpecification?.StreamEnabled) throw validation("The local cloud's dynamodb has no streams.");
  if (input.ReplicaUpdates) throw validation("The local cloud's dynamodb has no global tables.");
}

function hashKeyOf(schema: { AttributeName: string; KeyType: string }[] | undefined): string {
  return schema?.find((key) => key.KeyType === 'HASH')?.AttributeName ?? '';
}
