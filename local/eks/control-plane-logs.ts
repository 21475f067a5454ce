import { administrator } from '../kernel/cloud.ts';
import { AwsError } from '../kernel/errors.ts';
import type { EksEngine } from './engine.ts';
import type { ClusterRecord } from './records.ts';

/**
 * Ensures the log group that a control plane writes to, if the cluster has any of its logs on and CloudWatch Logs is part of this run.
 * Nothing is written into it. It stays when the cluster goes.
 * https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
 */
export async function ensureLogGroup({ cloud }: EksEngine, cluster: ClusterRecord): Promise<void> {
  const { name, accountId, region, configuration } = cluster;
  const isLogging = configuration.logging.clusterLogging.some(({ enabled, types }) => enabled && types.length > 0);
  if (!isLogging || !cloud.has('logs')) return;
  const logGroupName = `/aws/eks/${name}/cluster`;
  try {
    await cloud.call('logs', 'CreateLogGroup', { logGroupName }, administrator(accountId), { region });
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceAlreadyExistsException') return;
    // A cluster runs on without its logs.
    cloud.log('warn', 'a control plane could not be logged', { logGroupName, error: String(error) });
  }
}
