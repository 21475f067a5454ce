import { DescribeSubnetsCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { administrator } from '../kernel/cloud.ts';
import type { OperationInput } from '../kernel/service.ts';
import { type LocalCloud, startLocalCloud } from '../local-cloud.ts';
import { writeZip } from './zip.ts';

const ACCOUNT = '111111111111';
const CODE = `export const handler = async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
});`;

let local: LocalCloud;
const call = (service: string, operation: string, input: object): Promise<OperationInput> =>
  local.cloud.call(service, operation, input, administrator(ACCOUNT));

beforeEach(async () => {
  local = await startLocalCloud({ port: 0, services: ['iam', 'sts', 'ec2', 'lambda'], clock: 'jump' });
});
afterEach(() => local.stop());

async function createRole(): Promise<string> {
  const document = (statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const step = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:step`;
  const { Role } = await call('iam', 'CreateRole', { RoleName: 'step', AssumeRolePolicyDocument: document([trust]) });
  await call('iam', 'PutRolePolicy', {
    RoleName: 'step',
    PolicyName: 'interfaces',
    PolicyDocument: document([
      { Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
      {
        Effect: 'Deny',
        Action: ['ec2:CreateNetworkInterface', 'ec2:DescribeSubnets'],
        Resource: '*',
        Condition: { ArnEquals: { 'lambda:SourceFunctionArn': step } },
      },
    ]),
  });
  // IAM is eventually consistent.
  await local.cloud.clock.sleep(60_000);
  return Role.Arn;
}

it('what a role is denied for the code of its function is not denied to Lambda, which takes the role too', async () => {
  const Role = await createRole();
  const { Subnets } = await call('ec2', 'DescribeSubnets', {});
  const { SecurityGroups } = await call('ec2', 'DescribeSecurityGroups', {});
  await call('lambda', 'CreateFunction', {
    FunctionName: 'step',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role,
    Code: { ZipFile: writeZip({ 'index.mjs': CODE }) },
    VpcConfig: { SubnetIds: [Subnets[0].SubnetId], SecurityGroupIds: [SecurityGroups[0].GroupId] },
  });
  await local.cloud.clock.sleep(1_000);
  const { Payload } = await call('lambda', 'Invoke', { FunctionName: 'step' });
  const credentials = JSON.parse(Buffer.from(Payload).toString());
  const ec2 = new EC2Client({ endpoint: local.endpoint, region: 'us-east-1', credentials });
  expect((await ec2.send(new DescribeVpcsCommand())).Vpcs).toHaveLength(1);
  await expect(ec2.send(new DescribeSubnetsCommand())).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
    message: expect.stringContaining('with an explicit deny in an identity-based policy'),
  });
  ec2.destroy();
});
