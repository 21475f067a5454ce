import type { Cloud, Service } from '../kernel/service.ts';
import type { ResourcePolicies } from './context.ts';
import { deliveryOperations } from './delivery-operations.ts';
import { groupOperations } from './group-operations.ts';
import { openLogStore } from './log-store.ts';
import { policyOperations } from './policy-operations.ts';
import { putEventsOperation } from './put-events.ts';
import { readOperations } from './read-operations.ts';
import { streamOperations } from './stream-operations.ts';

/** Amazon CloudWatch Logs: groups, streams and events, bounded in size. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ */
export function logsService(cloud: Cloud): Service {
  const store = openLogStore(cloud);
  const policies: ResourcePolicies = cloud.store.collection('logs.policies');
  return {
    name: 'logs',
    protocol: { kind: 'json', version: '1.1', targetPrefix: 'Logs_20140328' },
    operations: {
      ...groupOperations(cloud, store, policies),
      ...streamOperations(cloud, store, policies),
      PutLogEvents: putEventsOperation(cloud, store, policies),
      ...readOperations(cloud, store, policies),
      ...policyOperations(cloud, policies),
      ...deliveryOperations(cloud),
    },
  };
}
