import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../iam/test-cloud.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import { NoRoomError } from '../kube/room.ts';
import { organizationsDatabase } from '../organizations/database.ts';
import { ACCOUNT, CLUSTER_ROLE, clusterInput, eksTest, fakeControlPlanes, MINUTE } from './test-cluster.ts';

const refused = (code: string, text: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(text) as string }) as Error;

describe('a new cluster', () => {
  it('is CREATING without an endpoint, and ACTIVE after nine to twelve minutes with endpoint and CA', async () => {
    const { cloud, call, create, planes } = await eksTest();
    const began = cloud.clock.now();
    const { cluster } = await create('shared-1', { tags: { owner: 'tenantry' } });
    expect(cluster).toMatchObject({
      name: 'shared-1',
      arn: 'arn:aws:eks:us-east-1:111111111111:cluster/shared-1',
      status: 'CREATING',
      version: '1.35',
      certificateAuthority: {},
      tags: { owner: 'tenantry' },
      upgradePolicy: { supportType: 'EXTENDED' },
      deletionProtection: false,
    });
    expect(cluster.endpoint).toBeUndefined();
    await cloud.clock.sleep(9 * MINUTE - 1000);
    expect((await call('DescribeCluster', { name: 'shared-1' })).cluster.status).toBe('CREATING');
    await cloud.clock.sleep(began + 12 * MINUTE - cloud.clock.now());
    const { cluster: active } = await call('DescribeCluster', { name: 'shared-1' });
    expect(active).toMatchObject({ status: 'ACTIVE', certificateAuthority: { data: 'Q0E=' } });
    expect(active.endpoint).toBe(`https://127.0.0.1/${[...planes.running][0]}`);
    expect((await call('ListClusters', {})).clusters).toEqual(['shared-1']);
  });

  it('is not ACTIVE before its control plane is: the clock stands still', async () => {
    const planes = fakeControlPlanes();
    const { promise, resolve: open } = Promise.withResolvers<void>();
    planes.gate = promise;
    const { cloud, call, create } = await eksTest({ planes });
    await create('slow');
    const before = cloud.clock.now();
    let passed = false;
    const hour = cloud.clock.sleep(60 * MINUTE).then(() => {
      passed = true;
    });
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(passed).toBe(false);
    expect(cloud.clock.now() - before).toBeLessThan(MINUTE);
    open();
    await hour;
    expect((await call('DescribeCluster', { name: 'slow' })).cluster.status).toBe('ACTIVE');
  });

  it('is FAILED with a health issue when its control plane does not come up, and can be deleted, protected or not', async () => {
    const planes = fakeControlPlanes();
    planes.failure = new Error('etcd ended with exit code 1');
    const { cloud, call, createActive } = await eksTest({ planes });
    await createActive('broken', { deletionProtection: true });
    expect((await call('DescribeCluster', { name: 'broken' })).cluster).toMatchObject({
      status: 'FAILED',
      health: { issues: [{ code: 'InternalFailure', message: 'etcd ended with exit code 1' }] },
    });
    await call('DeleteCluster', { name: 'broken' });
    await cloud.clock.sleep(5 * MINUTE);
    expect((await call('ListClusters', {})).clusters).toEqual([]);
  });

  it('is FAILED with the limit of resources when there is no room for its control plane', async () => {
    const planes = fakeControlPlanes();
    planes.failure = new NoRoomError('Delete a cluster.');
    const { call, createActive } = await eksTest({ planes });
    await createActive('one-too-many');
    expect((await call('DescribeCluster', { name: 'one-too-many' })).cluster).toMatchObject({
      status: 'FAILED',
      health: { issues: [{ code: 'ResourceLimitExceeded', message: 'Delete a cluster.' }] },
    });
  });

  it('is made once for the same token and request; otherwise the name is taken', async () => {
    const { create, planes, cloud } = await eksTest();
    const first = await create('one', { clientRequestToken: 't1' });
    const again = await create('one', { clientRequestToken: 't1' });
    expect(again.cluster).toEqual(first.cluster);
    const taken = refused('ResourceInUseException', /^Cluster already exists with name: one$/);
    await expect(create('one', { clientRequestToken: 't2' })).rejects.toEqual(taken);
    await expect(create('one', { clientRequestToken: 't1', version: '1.34' })).rejects.toEqual(taken);
    await cloud.clock.sleep(13 * MINUTE);
    expect(planes.running.size).toBe(1);
  });

  it.each([
    ['a bad name', { name: 'no spaces' }, /cluster name no spaces is invalid/],
    ['a long name', { name: 'x'.repeat(101) }, /is invalid/],
    ['one subnet', { resourcesVpcConfig: { subnetIds: ['subnet-a'] } }, /at least two different AZs/],
    ['an unknown role', { roleArn: `${CLUSTER_ROLE}-other` }, /could not be assumed because it does not exist/],
    ['an unknown version', { version: '1.99' }, /^unsupported Kubernetes version 1\.99$/],
    ['half of Auto Mode', { computeConfig: { enabled: true } }, /either fully enabled or fully disabled/],
    [
      'no way to the endpoint',
      { resourcesVpcConfig: { subnetIds: ['a', 'b'], endpointPublicAccess: false } },
      /Private and public endpoint access cannot be false/,
    ],
    ['a reserved tag', { tags: { 'aws:x': 'y' } }, /cannot start with aws:/],
  ])('is refused for %s', async (_case, more, text) => {
    const { create, call } = await eksTest();
    await expect(create('fine', more)).rejects.toEqual(refused('InvalidParameterException', text));
    expect((await call('ListClusters', {})).clusters).toEqual([]);
  });

  it('is refused above 100 in a region, and possible in another region', async () => {
    const { cloud, create } = await eksTest();
    for (let number = 0; number < 100; number++) await create(`c${number}`);
    await expect(create('one-more')).rejects.toEqual(refused('ResourceLimitExceededException', /100/));
    const elsewhere = await cloud.call('eks', 'CreateCluster', clusterInput('one-more'), OPERATOR, {
      region: 'eu-west-1',
    });
    expect(elsewhere.cluster.arn).toContain(':eu-west-1:');
  });
});

describe('deleting a cluster', () => {
  it('shows DELETING, then nothing, takes the control plane along, and frees the name for another one', async () => {
    const { cloud, call, create, createActive, planes } = await eksTest();
    await createActive('gone');
    const [id] = planes.running;
    expect((await call('DeleteCluster', { name: 'gone' })).cluster.status).toBe('DELETING');
    await expect(call('DeleteCluster', { name: 'gone' })).rejects.toEqual(
      refused('ResourceInUseException', /DELETING/),
    );
    await expect(create('gone')).rejects.toEqual(refused('ResourceInUseException', /already exists/));
    await cloud.clock.sleep(5 * MINUTE);
    await expect(call('DescribeCluster', { name: 'gone' })).rejects.toEqual(
      refused('ResourceNotFoundException', /^No cluster found for name: gone\.$/),
    );
    expect(planes.removed).toEqual([id]);
    await createActive('gone');
    expect(planes.running.has(String(id))).toBe(false);
    expect(planes.running.size).toBe(1);
  });

  it('waits for deletion protection to be off, which is an update of its own', async () => {
    const { cloud, call, createActive } = await eksTest();
    await createActive('kept', { deletionProtection: true });
    const refusal = refused('InvalidRequestException', /deletion protection/);
    await expect(call('DeleteCluster', { name: 'kept' })).rejects.toEqual(refusal);
    const { update } = await call('UpdateClusterConfig', { name: 'kept', deletionProtection: false });
    expect(update).toMatchObject({ type: 'DeletionProtectionUpdate', status: 'InProgress' });
    await expect(call('DeleteCluster', { name: 'kept' })).rejects.toEqual(refusal);
    await cloud.clock.sleep(MINUTE);
    expect((await call('DescribeUpdate', { name: 'kept', updateId: update.id })).update.status).toBe('Successful');
    expect((await call('DeleteCluster', { name: 'kept' })).cluster.status).toBe('DELETING');
  });

  it('is refused while the cluster is being created', async () => {
    const { call, create } = await eksTest();
    await create('young');
    await expect(call('DeleteCluster', { name: 'young' })).rejects.toEqual(
      refused('ResourceInUseException', /CREATING/),
    );
  });
});

describe('after a restart', () => {
  it('what was being created becomes ACTIVE, what was being deleted goes, and what was ACTIVE runs again', async () => {
    const store = openStore(':memory:');
    const before = await eksTest({ store });
    await before.clusterRole();
    await before.createActive('active');
    await before.createActive('leaving');
    await before.create('coming');
    await before.call('DeleteCluster', { name: 'leaving' });
    await before.service.stop?.();
    expect(before.planes.running.size).toBe(0);

    const after = await eksTest({ store });
    await after.service.start?.();
    expect(after.planes.running.size).toBe(2);
    // This cloud's clock does not know how far ahead the other one's had leapt.
    await after.cloud.clock.sleep(60 * MINUTE);
    const { clusters } = await after.call('ListClusters', {});
    expect(clusters).toEqual(['active', 'coming']);
    for (const name of clusters) expect((await after.call('DescribeCluster', { name })).cluster.status).toBe('ACTIVE');
    expect(after.planes.removed).toHaveLength(1);
  });
});

describe('updates', () => {
  it('come one at a time and one kind at a time, change the cluster when they end, and are listed', async () => {
    const { cloud, call, createActive } = await eksTest();
    await createActive('u', { version: '1.34' });
    const config = (more: object) => call('UpdateClusterConfig', { name: 'u', ...more });
    const invalid = (text: RegExp) => refused('InvalidParameterException', text);
    const logging = { clusterLogging: [{ types: ['audit'], enabled: true }] };
    await expect(config({ logging, deletionProtection: true })).rejects.toEqual(invalid(/^Only one type of update/));
    await expect(config({ deletionProtection: false })).rejects.toEqual(invalid(/already/));
    await expect(call('UpdateClusterVersion', { name: 'u', version: '1.32' })).rejects.toEqual(
      invalid(/^Unsupported Kubernetes minor version update from 1\.34 to 1\.32$/),
    );
    const { update } = await config({ logging, clientRequestToken: 'l' });
    expect((await config({ logging, clientRequestToken: 'l' })).update.id).toBe(update.id);
    expect((await call('DescribeCluster', { name: 'u' })).cluster.status).toBe('UPDATING');
    await expect(call('UpdateClusterVersion', { name: 'u', version: '1.35' })).rejects.toEqual(
      refused('ResourceInUseException', new RegExp(`currently has update ${update.id} in progress`)),
    );
    await cloud.clock.sleep(5 * MINUTE);
    const { cluster } = await call('DescribeCluster', { name: 'u' });
    expect(cluster.logging.clusterLogging[0]).toEqual({ types: ['audit'], enabled: true });
    await call('UpdateClusterVersion', { name: 'u', version: '1.35' });
    await cloud.clock.sleep(15 * MINUTE);
    expect((await call('DescribeCluster', { name: 'u' })).cluster).toMatchObject({ status: 'ACTIVE', version: '1.35' });
    expect((await call('ListUpdates', { name: 'u' })).updateIds).toHaveLength(2);
  });
});

describe('in an account that Organizations created', () => {
  it('fails when it was asked for before EC2 knew the account', async () => {
    const { cloud, call, create, planes } = await eksTest();
    const { births } = organizationsDatabase(cloud);
    births.put(ACCOUNT, cloud.clock.now());
    const issues = [{ code: 'Ec2ServiceNotSubscribed', resourceIds: ['early'] }];
    expect((await create('early')).cluster).toMatchObject({ status: 'CREATING', health: { issues } });
    await cloud.clock.sleep(12 * MINUTE);
    const { cluster } = await call('DescribeCluster', { name: 'early' });
    expect(cluster).toMatchObject({ status: 'FAILED', health: { issues } });
    expect([...planes.running]).toEqual([]);
    // By now EC2 knows it.
    await create('later');
    await cloud.clock.sleep(12 * MINUTE);
    expect((await call('DescribeCluster', { name: 'later' })).cluster.status).toBe('ACTIVE');
  });
});
