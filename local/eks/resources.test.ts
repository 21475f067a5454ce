import {
  CreateAccessEntryCommand,
  CreateAddonCommand,
  CreatePodIdentityAssociationCommand,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  EKSClient,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-eks';
import { describe, expect, it } from 'vitest';
import { OPERATOR, policyText } from '../iam/test-cloud.ts';
import { startGateway } from '../kernel/gateway.ts';
import { ACCOUNT, eksTest, MINUTE } from './test-cluster.ts';

describe('add-ons', () => {
  it('take their time, exist once, and know which versions there are', async () => {
    const { cloud, call, createActive } = await eksTest();
    await createActive('c');
    const addon = (operation: string, more: object = {}) =>
      call(operation, { clusterName: 'c', addonName: 'coredns', ...more });
    expect((await addon('CreateAddon')).addon.status).toBe('CREATING');
    await expect(addon('CreateAddon')).rejects.toMatchObject({ code: 'ResourceInUseException' });
    await expect(addon('DeleteAddon')).rejects.toMatchObject({ code: 'ResourceInUseException' });
    await cloud.clock.sleep(2 * MINUTE);
    const { addon: active } = await addon('DescribeAddon');
    expect(active.status).toBe('ACTIVE');
    const { addons } = await call('DescribeAddonVersions', { addonName: 'coredns' });
    expect(addons[0].addonVersions[0].addonVersion).toBe(active.addonVersion);
    expect((await call('ListAddons', { clusterName: 'c' })).addons).toEqual(['coredns']);
    expect((await addon('DeleteAddon')).addon.status).toBe('DELETING');
    await cloud.clock.sleep(2 * MINUTE);
    await expect(addon('DescribeAddon')).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'No addon: coredns found in cluster: c',
    });
    await expect(addon('CreateAddon', { addonName: 'nothing' })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  });
});

describe('pod identity associations', () => {
  it('exist once for a service account, with an external id for a target role', async () => {
    const { call, createActive } = await eksTest();
    await createActive('c');
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/app`;
    const input = { clusterName: 'c', namespace: 'acme', serviceAccount: 'app', roleArn };
    const targetRoleArn = 'arn:aws:iam::222222222222:role/app';
    const { association } = await call('CreatePodIdentityAssociation', { ...input, targetRoleArn });
    expect(association).toMatchObject({ ...input, targetRoleArn, disableSessionTags: false });
    expect(association.associationId).toMatch(/^a-[0-9a-z]{17}$/);
    expect(association.externalId).toMatch(/^[0-9a-f-]{36}$/);
    await expect(call('CreatePodIdentityAssociation', input)).rejects.toMatchObject({ code: 'ResourceInUseException' });
    const list = (more: object) => call('ListPodIdentityAssociations', { clusterName: 'c', ...more });
    expect((await list({ namespace: 'acme' })).associations).toHaveLength(1);
    expect((await list({ namespace: 'other' })).associations).toHaveLength(0);
    const named = { clusterName: 'c', associationId: association.associationId };
    await expect(call('UpdatePodIdentityAssociation', { ...named, policy: '{}' })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
    await call('DeletePodIdentityAssociation', named);
    await expect(call('DescribePodIdentityAssociation', named)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});

describe('on the wire', () => {
  it('an unmodified SDK client sees the same: labels with slashes, dates, tags, errors', async () => {
    const { cloud, createActive, role } = await eksTest();
    await createActive('c');
    const tenant = await role('tenant');
    const gateway = await startGateway(cloud, 0);
    const credentials = { accessKeyId: ACCOUNT, secretAccessKey: 'any' };
    const client = new EKSClient({ endpoint: cloud.endpoint, region: 'us-east-1', credentials });
    try {
      const { cluster } = await client.send(new DescribeClusterCommand({ name: 'c' }));
      expect(cluster?.createdAt).toBeInstanceOf(Date);
      const resourceArn = String(cluster?.arn);
      await client.send(new TagResourceCommand({ resourceArn, tags: { a: '1', b: '2', c: '3' } }));
      await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a', 'b'] }));
      expect((await client.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ c: '3' });
      const entry = { clusterName: 'c', principalArn: tenant.arn };
      await client.send(new CreateAccessEntryCommand(entry));
      const shown = await client.send(new DescribeAccessEntryCommand(entry));
      expect(shown.accessEntry?.createdAt).toBeInstanceOf(Date);
      await expect(client.send(new DescribeClusterCommand({ name: 'none' }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        clusterName: 'none',
      });
      await client.send(new CreateAddonCommand({ clusterName: 'c', addonName: 'vpc-cni' }));
      const association = { clusterName: 'c', namespace: 'n', serviceAccount: 's', roleArn: tenant.arn };
      await client.send(new CreatePodIdentityAssociationCommand(association));
    } finally {
      client.destroy();
      await gateway.close();
    }
  });
});

describe('IAM', () => {
  it('is asked about the cluster by its ARN and tags, and for iam:PassRole', async () => {
    const test = await eksTest();
    await test.createActive('mine', { tags: { tenant: 'acme' } });
    await test.createActive('other');
    const { arn, id } = await test.role('worker');
    const allow = (action: string, resource: string, Condition?: object) => ({
      Effect: 'Allow',
      Action: action,
      Resource: resource,
      ...(Condition && { Condition }),
    });
    const document = policyText(
      allow('eks:DescribeCluster', 'arn:aws:eks:us-east-1:111111111111:cluster/*', {
        StringEquals: { 'aws:ResourceTag/tenant': 'acme' },
      }),
      allow('eks:CreateCluster', '*'),
    );
    const input = { RoleName: 'worker', PolicyName: 'p', PolicyDocument: document };
    await test.cloud.call('iam', 'PutRolePolicy', input, OPERATOR);
    const caller = {
      kind: 'role',
      accountId: ACCOUNT,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/worker/s`,
      userId: `${id}:s`,
      roleArn: arn,
    } as const;
    await expect(test.call('DescribeCluster', { name: 'mine' }, caller)).resolves.toBeTruthy();
    await expect(test.call('DescribeCluster', { name: 'other' }, caller)).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    await expect(test.create('new', {}, caller)).rejects.toThrow(/iam:PassRole/);
  });
});
