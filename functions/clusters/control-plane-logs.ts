import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  DescribeLogStreamsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { controlPlaneLogGroup } from '../../tenancy/clusters/names.ts';
import { operatorCredentials } from '../accounts/access.ts';
import { environment } from '../runtime/environment.ts';
import { unlessGone } from '../suspension/unless-gone.ts';

/** The part of CloudWatch Logs that the steps need. */
export type Logs = Pick<CloudWatchLogsClient, 'send'>;

const clients = new Map<string, CloudWatchLogsClient>();

/** CloudWatch Logs in the account: with the function's own credentials in the platform's, with the operator role in a tenant's. */
export function logsIn(accountId: string): CloudWatchLogsClient {
  const foreign = accountId === environment('PLATFORM_ACCOUNT_ID') ? '' : accountId;
  const known = clients.get(foreign);
  if (known) return known;
  const client = new CloudWatchLogsClient(foreign ? { credentials: operatorCredentials(foreign) } : {});
  clients.set(foreign, client);
  return client;
}

/**
 * Ensures that what the control plane of a cluster wrote is gone: EKS leaves it, where it costs by the month for ever. Only
 * for a cluster that is gone, which else writes on.
 * https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
 */
export async function removeControlPlaneLogs(logs: Logs, clusterName: string): Promise<void> {
  const command = new DeleteLogGroupCommand({ logGroupName: controlPlaneLogGroup(clusterName) });
  await unlessGone(() => logs.send(command));
}

/** Whether the group is there, asked by its name: a list of groups would need a right to all of the account. */
export async function hasControlPlaneLogs(logs: Logs, clusterName: string): Promise<boolean> {
  const command = new DescribeLogStreamsCommand({ logGroupName: controlPlaneLogGroup(clusterName), limit: 1 });
  return (await unlessGone(() => logs.send(command))) !== undefined;
}
