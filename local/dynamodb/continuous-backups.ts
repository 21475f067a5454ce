import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation } from '../kernel/service.ts';
import { onTable } from './access.ts';
import { type TableRecord, type Tables, tableRef, validation } from './tables.ts';

/** The latest restorable time is about five minutes ago. */
const LATEST_BEHIND_MILLISECONDS = 300_000;

/** Point-in-time recovery as a setting: nothing can be restored from it here. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html */
export function continuousBackupOperations(cloud: Cloud, tables: Tables): Record<string, Operation> {
  return {
    UpdateContinuousBackups: {
      authorize: onTable('UpdateContinuousBackups', tables),
      handle(input, context) {
        const { recovery, ...record } = findTable(tables, input.TableName, context);
        const specification = input.PointInTimeRecoverySpecification;
        if (typeof specification?.PointInTimeRecoveryEnabled !== 'boolean') {
          throw validation('PointInTimeRecoverySpecification must have PointInTimeRecoveryEnabled');
        }
        const days = Number(specification.RecoveryPeriodInDays ?? recovery?.days ?? 35);
        if (!(days >= 1 && days <= 35)) throw validation('RecoveryPeriodInDays must be between 1 and 35');
        const changed: TableRecord = specification.PointInTimeRecoveryEnabled
          ? { ...record, recovery: { since: recovery?.since ?? cloud.clock.now(), days } }
          : record;
        tables.put(changed);
        return describe(cloud, changed);
      },
    },
    DescribeContinuousBackups: {
      authorize: onTable('DescribeContinuousBackups', tables),
      handle: (input, context) => describe(cloud, findTable(tables, input.TableName, context)),
    },
  };
}

function findTable(tables: Tables, name: unknown, context: Parameters<typeof tableRef>[1]): TableRecord {
  const ref = tableRef(name, context);
  const record = tables.find(ref);
  if (record && record.goneAt === undefined) return record;
  throw new AwsError('TableNotFoundException', `Table not found: ${ref.name}`);
}

function describe(cloud: Cloud, { recovery }: TableRecord) {
  const now = cloud.clock.now();
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: recovery
        ? {
            PointInTimeRecoveryStatus: 'ENABLED',
            RecoveryPeriodInDays: recovery.days,
            EarliestRestorableDateTime: new Date(Math.max(recovery.since, now - recovery.days * 86_400_000)),
            LatestRestorableDateTime: new Date(Math.max(recovery.since, now - LATEST_BEHIND_MILLISECONDS)),
          }
        : { PointInTimeRecoveryStatus: 'DISABLED' },
    },
  };
}
