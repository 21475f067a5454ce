import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';
import { closeSecurityGroup } from './default-security-group.ts';
import { clusterZones } from './zones.ts';

let local: LocalCloud;

beforeAll(async () => {
  local = await startLocalCloud({
    port: 0,
    services: ['account', 'servicequotas', 'ec2'],
    serviceOptions: { ec2: { consistencyDelaySeconds: 0 } },
  });
});
afterAll(() => local.stop());

const ec2 = (region: string) =>
  new EC2Client({ endpoint: local.endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });

test('three zones, none of them one that EKS does not use', async () => {
  expect(await clusterZones(ec2('eu-west-1'))).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);
  const zones = ['use1-az3', 'use1-az1', 'use1-az2'].map((ZoneId, index) => ({
    ZoneId,
    ZoneName: `us-east-1${'abc'[index]}`,
  }));
  const withBadZone = { send: async () => ({ AvailabilityZones: zones }) } as never;
  expect(await clusterZones(withBadZone)).toEqual(['us-east-1b', 'us-east-1c']);
  const tooFew = { send: async () => ({ AvailabilityZones: zones.slice(0, 2) }) } as never;
  await expect(clusterZones(tooFew)).rejects.toMatchObject({ name: 'AwsRejected' });
});

test('a default security group is emptied once, and left alone when it is empty', async () => {
  const client = ec2('us-east-1');
  const { SecurityGroups = [] } = await client.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: ['default'] }] }),
  );
  const GroupId = SecurityGroups[0]?.GroupId ?? '';
  await client.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpProtocol: 'tcp',
      FromPort: 22,
      ToPort: 22,
      CidrIp: '0.0.0.0/0',
    }),
  );
  const rules = async () => {
    const Filters = [{ Name: 'group-id', Values: [GroupId] }];
    const { SecurityGroupRules } = await client.send(new DescribeSecurityGroupRulesCommand({ Filters }));
    return SecurityGroupRules ?? [];
  };
  expect(await rules()).toHaveLength(3);
  await closeSecurityGroup(client, GroupId);
  expect(await rules()).toEqual([]);
  const calls: string[] = [];
  const counting = {
    send: (command: never) => {
      calls.push((command as object).constructor.name);
      return client.send(command);
    },
  } as unknown as EC2Client;
  await closeSecurityGroup(counting, GroupId);
  expect(calls).toEqual(['DescribeSecurityGroupRulesCommand']);
});
