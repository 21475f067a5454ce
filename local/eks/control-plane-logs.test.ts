import { expect, it } from 'vitest';
import { OPERATOR } from '../iam/test-cloud.ts';
import { logsService } from '../logs/service.ts';
import { eksTest, MINUTE } from './test-cluster.ts';

const GROUP = '/aws/eks/c/cluster';
const logging = (enabled: boolean) => ({ clusterLogging: [{ types: ['audit'], enabled }] });

async function loggedTest() {
  const test = await eksTest();
  const { cloud } = test;
  cloud.register(logsService(cloud));
  const logs = (operation: string, input: object = {}) => cloud.call('logs', operation, input, OPERATOR);
  const groups = async () => {
    const { logGroups } = await logs('DescribeLogGroups');
    return logGroups.map(({ logGroupName }: { logGroupName: string }) => logGroupName);
  };
  return { ...test, logs, groups };
}

it('the log group of a control plane comes with its logs and outlives its cluster', async () => {
  const { call, cloud, createActive, logs, groups } = await loggedTest();
  await createActive('c', { logging: logging(true) });
  expect(await groups()).toEqual([GROUP]);
  await logs('DeleteLogGroup', { logGroupName: GROUP });
  await call('DeleteCluster', { name: 'c' });
  await cloud.clock.sleep(5 * MINUTE);
  await expect(call('DescribeCluster', { name: 'c' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  expect(await groups(), 'it was written to until the end').toEqual([GROUP]);
});

it('there is none without logs, and one from the change that switches them on', async () => {
  const { call, cloud, createActive, groups } = await loggedTest();
  await createActive('c');
  expect(await groups()).toEqual([]);
  await call('UpdateClusterConfig', { name: 'c', logging: logging(true) });
  await cloud.clock.sleep(5 * MINUTE);
  expect(await groups()).toEqual([GROUP]);
});

it('a control plane whose logs have no place runs all the same', async () => {
  const { call, cloud, createActive, groups } = await loggedTest();
  cloud.faults.add({ service: 'logs', operation: 'CreateLogGroup', kind: 'deny', count: 9 });
  await createActive('c', { logging: logging(true) });
  expect((await call('DescribeCluster', { name: 'c' })).cluster.status).toBe('ACTIVE');
  expect(await groups()).toEqual([]);
});
