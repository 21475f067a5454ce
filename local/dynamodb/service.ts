import type { Cloud, Service } from '../kernel/service.ts';
import { continuousBackupOperations } from './continuous-backups.ts';
import { itemOperations } from './item-operations.ts';
import { finishDeletion, type TableDelays, tableOperations } from './table-operations.ts';
import { openTables } from './tables.ts';
import { tagOperations } from './tag-operations.ts';
import { scheduleSweep, timeToLiveOperations } from './time-to-live.ts';

export interface DynamodbOptions {
  /** Simulated milliseconds in CREATING, UPDATING and DELETING. Default 500 each. */
  readonly delays?: Partial<TableDelays>;
}

/** Amazon DynamoDB on dynalite's storage, without transactions, streams and PartiQL. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/ */
export function dynamodbService(cloud: Cloud, options: DynamodbOptions = {}): Service {
  const tables = openTables(cloud);
  const delays: TableDelays = { create: 500, update: 500, delete: 500, ...options.delays };
  return {
    name: 'dynamodb',
    protocol: { kind: 'json', version: '1.0', targetPrefix: 'DynamoDB_20120810' },
    operations: {
      ...itemOperations(tables),
      ...tableOperations(cloud, tables, delays),
      ...timeToLiveOperations(cloud, tables),
      ...continuousBackupOperations(cloud, tables),
      ...tagOperations(tables),
    },
    start() {
      for (const record of tables.all()) {
        if (record.goneAt !== undefined) finishDeletion(cloud, tables, record);
        else if (record.timeToLive?.enabled) scheduleSweep(cloud, tables, record);
      }
    },
    stop: () => tables.close(),
  };
}
