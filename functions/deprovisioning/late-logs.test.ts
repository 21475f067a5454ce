import { DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import { removeLateLogs } from './late-logs.ts';
import { ownCluster } from './testing/own-cluster.ts';

/** Groups that there are, as `account name`. */
function logsOf(...groups: string[]) {
  const left = new Set(groups);
  const logs = (accountId: string) => ({
    async send(command: unknown) {
      if (!(command instanceof DeleteLogGroupCommand)) throw new Error('only deletions are expected');
      const was = left.delete(`${accountId} ${command.input.logGroupName}`);
      if (!was) throw Object.assign(new Error('not there'), { name: 'ResourceNotFoundException' });
      return {};
    },
  });
  return {
    left,
    systems: { platformAccountId: '111111111111', logs } as unknown as Parameters<typeof removeLateLogs>[0],
  };
}

it('removes what came after the release, in the account that the cluster was in, and whenever it is asked', async () => {
  const { left, systems } = logsOf('222222222222 /aws/eks/one/cluster', '111111111111 /aws/eks/two/cluster');
  const ledger = [ownCluster('one'), ownCluster('two', { attributes: { own: 'true' } })];
  await removeLateLogs(systems, ledger);
  expect([...left]).toEqual([]);
  await removeLateLogs(systems, ledger);
});

it('touches neither shared clusters nor those that are not released', async () => {
  const groups = ['222222222222 /aws/eks/shared/cluster', '222222222222 /aws/eks/there/cluster'];
  const { left, systems } = logsOf(...groups);
  const shared = ownCluster('shared', { attributes: { accountId: '222222222222' } });
  await removeLateLogs(systems, [shared, ownCluster('there', { state: 'CREATED' })]);
  expect([...left]).toEqual(groups);
});
