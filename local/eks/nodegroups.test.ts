import {
  CreateNodegroupCommand,
  DeleteNodegroupCommand,
  DescribeNodegroupCommand,
  EKSClient,
  ListNodegroupsCommand,
} from '@aws-sdk/client-eks';
import { describe, expect, it } from 'vitest';
import { ec2Service } from '../ec2/service.ts';
import { OPERATOR, trustOf } from '../iam/test-cloud.ts';
import { startGateway } from '../kernel/gateway.ts';
import { ACCOUNT, eksTest, MINUTE } from './test-cluster.ts';

const NODE_ROLE = `arn:aws:iam::${ACCOUNT}:role/nodes`;

async function nodegroupTest() {
  const test = await eksTest();
  const { cloud, call } = test;
  const input = { RoleName: 'nodes', AssumeRolePolicyDocument: trustOf('ec2.amazonaws.com') };
  await cloud.call('iam', 'CreateRole', input, OPERATOR);
  await test.createActive('c');
  const group = (operation: string, more: object = {}) =>
    call(operation, { clusterName: 'c', nodegroupName: 'workers', ...more });
  const create = (more: object = {}) =>
    group('CreateNodegroup', { subnets: ['subnet-a'], nodeRole: NODE_ROLE, ...more });
  return { ...test, group, create };
}

const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error;

describe('a managed node group', () => {
  it('is created and deleted in its time, with what EKS takes for granted', async () => {
    const { call, cloud, group, create } = await nodegroupTest();
    expect((await create()).nodegroup).toMatchObject({
      clusterName: 'c',
      status: 'CREATING',
      version: '1.35',
      capacityType: 'ON_DEMAND',
      instanceTypes: ['t3.medium'],
      scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 2 },
      resources: {},
    });
    await cloud.clock.sleep(3 * MINUTE);
    const { nodegroup } = await group('DescribeNodegroup');
    expect(nodegroup).toMatchObject({ status: 'ACTIVE', health: { issues: [] } });
    expect(nodegroup.resources.autoScalingGroups[0].name).toMatch(/^eks-workers-/);
    await call('TagResource', { resourceArn: nodegroup.nodegroupArn, tags: { owner: 'platform' } });
    expect((await group('DescribeNodegroup')).nodegroup.tags).toEqual({ owner: 'platform' });
    expect((await group('DeleteNodegroup')).nodegroup.status).toBe('DELETING');
    expect((await group('ListNodegroups')).nodegroups).toEqual(['workers']);
    await cloud.clock.sleep(5 * MINUTE);
    expect((await group('ListNodegroups')).nodegroups).toEqual([]);
    await expect(group('DescribeNodegroup')).rejects.toEqual(
      refused('ResourceNotFoundException', /^No node group found for name: workers\.$/),
    );
  });

  it('keeps its cluster from being deleted until it is gone', async () => {
    const { cloud, call, group, create } = await nodegroupTest();
    await create();
    const attached = refused('ResourceInUseException', /^Cluster has nodegroups attached$/);
    await expect(call('DeleteCluster', { name: 'c' })).rejects.toEqual(attached);
    await expect(group('DeleteNodegroup')).rejects.toEqual(refused('ResourceInUseException', /CREATING/));
    await cloud.clock.sleep(3 * MINUTE);
    await group('DeleteNodegroup');
    await expect(call('DeleteCluster', { name: 'c' })).rejects.toEqual(attached);
    await cloud.clock.sleep(5 * MINUTE);
    expect((await call('DeleteCluster', { name: 'c' })).cluster.status).toBe('DELETING');
  });

  it('is made once for the same token; otherwise the name is taken', async () => {
    const { create } = await nodegroupTest();
    const first = await create({ clientRequestToken: 't' });
    expect(await create({ clientRequestToken: 't' })).toEqual(first);
    await expect(create({ clientRequestToken: 'u' })).rejects.toEqual(
      refused('ResourceInUseException', /^NodeGroup already exists with name workers and cluster name c$/),
    );
  });

  it('lets its nodes in, as far as the cluster has access entries', async () => {
    const { call, create } = await nodegroupTest();
    await create();
    const { accessEntry } = await call('DescribeAccessEntry', { clusterName: 'c', principalArn: NODE_ROLE });
    expect(accessEntry).toMatchObject({ type: 'EC2_LINUX', kubernetesGroups: ['system:nodes'] });
  });

  it('is refused above the quota of the cluster', async () => {
    const { create } = await nodegroupTest();
    for (let number = 0; number < 30; number++) await create({ nodegroupName: `g${number}` });
    await expect(create()).rejects.toEqual(refused('ResourceLimitExceededException', /30/));
  });

  it.each([
    ['a bad name', { nodegroupName: 'no spaces' }, /no spaces is invalid/],
    ['no subnet', { subnets: [] }, /subnets can't be null or empty/],
    ['less desired than needed', { scalingConfig: { minSize: 3, desiredSize: 2, maxSize: 4 } }, /^minSize can't be/],
    ['more desired than allowed', { scalingConfig: { desiredSize: 3 } }, /^desiredSize can't be greater than maxSize$/],
    ['another version than the cluster', { version: '1.34' }, /1\.34.*1\.35/],
    [
      'a role that EC2 may not assume',
      { nodeRole: `arn:aws:iam::${ACCOUNT}:role/eks-cluster` },
      /\[ec2\.amazonaws\.com\]/,
    ],
    ['a launch template', { launchTemplate: { id: 'lt-0123456789abcdef0' } }, /no launchTemplate/],
    ['remote access', { remoteAccess: { ec2SshKey: 'key' } }, /no remoteAccess/],
    ['a release of the image', { releaseVersion: '1.35.0-20261101' }, /no releaseVersion/],
    ['a repair of nodes', { nodeRepairConfig: { enabled: true } }, /no nodeRepairConfig/],
  ])('is refused for %s', async (_case, more, text) => {
    const { create, group } = await nodegroupTest();
    await expect(create(more)).rejects.toEqual(refused('InvalidParameterException', text));
    expect((await group('ListNodegroups')).nodegroups).toEqual([]);
  });

  it('is in subnets that exist, where EC2 is there to tell', async () => {
    const { cloud, create } = await nodegroupTest();
    cloud.register(ec2Service(cloud));
    const { Subnets } = await cloud.call('ec2', 'DescribeSubnets', {}, OPERATOR);
    const subnet = Subnets[0].SubnetId;
    const missing = 'subnet-0123456789abcdef0';
    await expect(create({ subnets: [subnet, missing] })).rejects.toEqual(
      refused('InvalidParameterException', new RegExp(`'${missing}' does not exist`)),
    );
    expect((await create({ subnets: [subnet] })).nodegroup.subnets).toEqual([subnet]);
  });

  it('is what the SDK of AWS understands', async () => {
    const { cloud } = await nodegroupTest();
    const gateway = await startGateway(cloud, 0);
    const credentials = { accessKeyId: ACCOUNT, secretAccessKey: 'any' };
    const client = new EKSClient({ endpoint: `http://127.0.0.1:${gateway.port}`, region: 'us-east-1', credentials });
    const named = { clusterName: 'c', nodegroupName: 'sdk' };
    await client.send(new CreateNodegroupCommand({ ...named, subnets: ['subnet-a'], nodeRole: NODE_ROLE }));
    await cloud.clock.sleep(3 * MINUTE);
    expect((await client.send(new ListNodegroupsCommand({ clusterName: 'c' }))).nodegroups).toEqual(['sdk']);
    const { nodegroup } = await client.send(new DescribeNodegroupCommand(named));
    expect(nodegroup?.createdAt).toBeInstanceOf(Date);
    expect((await client.send(new DeleteNodegroupCommand(named))).nodegroup?.status).toBe('DELETING');
    client.destroy();
    await gateway.close();
  });
});
