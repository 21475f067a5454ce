import type { Cloud } from '../kernel/service.ts';
import { type TableRecord, type Tables, tableArn } from './tables.ts';

/** TableDescription: the engine's view of the table with the states and settings that the engine does not know. */
export async function describeTable(
  cloud: Cloud,
  tables: Tables,
  record: TableRecord,
): Promise<Record<string, unknown>> {
  // dynalite adds a member that DynamoDB does not have.
  const { TableThroughputModeSummary: _own, ...Table } = (
    await tables.engine(record).run('DescribeTable', { TableName: record.name })
  ).Table;
  const status = statusOf(cloud, record);
  return {
    ...Table,
    TableArn: tableArn(record),
    CreationDateTime: new Date(record.createdAt),
    TableStatus: status,
    DeletionProtectionEnabled: record.deletionProtection,
    ...(record.tableClass !== 'STANDARD' && { TableClassSummary: { TableClass: record.tableClass } }),
    ...(record.encryption && {
      SSEDescription: {
        Status: 'ENABLED',
        SSEType: 'KMS',
        ...(record.encryption.KMSMasterKeyId && { KMSMasterKeyArn: record.encryption.KMSMasterKeyId }),
      },
    }),
    ...(Table.GlobalSecondaryIndexes && {
      GlobalSecondaryIndexes: Table.GlobalSecondaryIndexes.map((index: Record<string, unknown>) => ({
        ...index,
        IndexStatus: status === 'CREATING' || status === 'DELETING' ? status : 'ACTIVE',
      })),
    }),
  };
}

function statusOf(cloud: Cloud, record: TableRecord): string {
  if (record.goneAt !== undefined) return 'DELETING';
  if (cloud.clock.now() >= record.activeAt) return 'ACTIVE';
  return record.updating ? 'UPDATING' : 'CREATING';
}
