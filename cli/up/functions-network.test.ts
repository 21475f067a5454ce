import { afterEach, beforeEach, expect, it } from 'vitest';
import { networkOf } from '../../local/ec2/network.ts';
import { ec2Service } from '../../local/ec2/service.ts';
import { ACCOUNT, type TestCloud, testCloud } from '../../local/lambda/test-cloud.ts';
import { ensureFunctionsNetwork } from './functions-network.ts';

const scope = { accountId: ACCOUNT, region: 'us-east-1' };
const functions = {
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  securityGroupIds: ['sg-0123456789abcdef0'],
};

let test: TestCloud;
beforeEach(async () => {
  test = await testCloud([(cloud) => ec2Service(cloud)]);
});
afterEach(() => test.cloud.stop());

it('is there under the ids of the configuration, in one VPC and two zones, once', async () => {
  ensureFunctionsNetwork(test.cloud, scope, functions);
  const network = networkOf(test.cloud, scope);
  const subnets = functions.subnetIds.map((id) => network.existing('subnet', id));
  const group = network.existing('security-group', 'sg-0123456789abcdef0');
  expect(new Set([...subnets, group].map(({ vpcId }) => vpcId)).size).toBe(1);
  expect(new Set(subnets.map(({ zone }) => zone)).size).toBe(2);
  const before = network.list('vpc').length;
  ensureFunctionsNetwork(test.cloud, scope, functions);
  expect(network.list('vpc')).toHaveLength(before);
  ensureFunctionsNetwork(test.cloud, scope, { ...functions, securityGroupIds: ['sg-0123456789abcdef9'] });
  expect(network.existing('security-group', 'sg-0123456789abcdef9').vpcId).toBe(group.vpcId);
});
