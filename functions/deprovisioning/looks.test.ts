import { DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { describe, expect, it } from 'vitest';
import { looksFor, type Systems } from './looks.ts';
import { ownCluster } from './testing/own-cluster.ts';

const notFound = Object.assign(new Error('not there'), { name: 'ResourceNotFoundException' });

/** A cluster of the tenant's own in account 2…, with whatever of it is left. */
function lookWhenLeft(left: { cluster?: boolean; logs?: boolean | 'throttled' }) {
  const asked: string[] = [];
  const entry = ownCluster('tenantry-tenant-acme');
  const systems = {
    platformAccountId: '111111111111',
    stacks: () => ({}),
    eks: (accountId: string) => ({
      async send(command: unknown) {
        if (!(command instanceof DescribeClusterCommand)) throw notFound;
        asked.push(`${accountId} ${command.input.name}`);
        if (!left.cluster) throw notFound;
        return { cluster: { name: command.input.name } };
      },
    }),
    logs: (accountId: string) => ({
      async send(command: DescribeLogStreamsCommand) {
        expect(command).toBeInstanceOf(DescribeLogStreamsCommand);
        asked.push(`${accountId} ${command.input.logGroupName}`);
        if (left.logs === 'throttled') throw Object.assign(new Error('slower'), { name: 'ThrottlingException' });
        if (!left.logs) throw notFound;
        return { logStreams: [] };
      },
    }),
  } as unknown as Systems;
  const looks = looksFor(systems, 'acme', [entry], []);
  const look = (what: string) => looks.find((each) => each.what === what);
  return {
    asked,
    cluster: look('cluster tenantry-tenant-acme'),
    logs: look('log group /aws/eks/tenantry-tenant-acme/cluster'),
  };
}

describe('looks at a cluster of the tenant’s own', () => {
  it('find what is left of it, the cluster and what its control plane wrote, in its account', async () => {
    const { cluster, logs, asked } = lookWhenLeft({ cluster: true, logs: true });
    expect([await cluster?.exists(), await logs?.exists()]).toEqual([true, true]);
    expect(asked).toEqual(['222222222222 tenantry-tenant-acme', '222222222222 /aws/eks/tenantry-tenant-acme/cluster']);
  });

  it('find nothing when both are gone, and the logs when only the cluster is', async () => {
    const gone = lookWhenLeft({});
    expect([await gone.cluster?.exists(), await gone.logs?.exists()]).toEqual([false, false]);
    const { cluster, logs } = lookWhenLeft({ logs: true });
    expect([await cluster?.exists(), await logs?.exists()]).toEqual([false, true]);
  });

  it('take no answer for no proof', async () => {
    await expect(lookWhenLeft({ logs: 'throttled' }).logs?.exists()).rejects.toMatchObject({
      name: 'ThrottlingException',
    });
  });
});
