import { CloudWatchLogsClient, DeleteLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { everyPage, orGone, type Sweeper } from './sweeper.ts';

/** Log groups: what functions and clusters wrote outlives them. */
export const logsSweeper: Sweeper = {
  service: 'logs',
  async list(options) {
    const client = new CloudWatchLogsClient(options);
    const groups = await everyPage(
      (nextToken) => client.send(new DescribeLogGroupsCommand({ nextToken })),
      ({ logGroups }) => logGroups,
      ({ nextToken }) => nextToken,
    );
    return groups.map(({ logGroupName = '' }) => ({
      kind: 'log group',
      name: logGroupName,
      remove: () => orGone(client.send(new DeleteLogGroupCommand({ logGroupName })), 'ResourceNotFoundException'),
    }));
  },
};
