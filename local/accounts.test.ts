import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CloseAccountCommand,
  CreateAccountCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, type Credentials, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from './local-cloud.ts';

const OWNER = '999999999999';
let local: LocalCloud;

beforeAll(async () => {
  local = await startLocalCloud({
    port: 0,
    clock: 'jump',
    services: ['iam', 'sts', 'organizations', 'ec2', 'lambda', 's3', 'cloudformation'],
    serviceOptions: {
      organizations: {
        organization: { managementAccountId: OWNER, members: ['111111111111'] },
        readinessSeconds: { min: 3_600, max: 7_200 },
      },
    },
  });
});

afterAll(async () => {
  await local.stop();
});

const settings = (accessKeyId: string) => ({
  endpoint: local.endpoint,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey: 'any' },
});

const refusal = async (work: Promise<unknown>): Promise<unknown> => {
  const outcome = await work.then(
    () => 'done',
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) return outcome;
  return 'Code' in outcome && typeof outcome.Code === 'string' ? outcome.Code : outcome.name;
};

async function newAccount(organizations: OrganizationsClient, name: string): Promise<string> {
  const asked = { AccountName: name, Email: `${name}@example.com` };
  const { CreateAccountStatus } = await organizations.send(new CreateAccountCommand(asked));
  for (;;) {
    await local.cloud.clock.sleep(10_000);
    const { CreateAccountStatus: status } = await organizations.send(
      new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: CreateAccountStatus?.Id }),
    );
    if (status?.State === 'SUCCEEDED') return status.AccountId ?? '';
    if (status?.State !== 'IN_PROGRESS') throw new Error(`account ${name}: ${status?.FailureReason}`);
  }
}

const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });

/** The status of a stack that is made with a service role of its account. */
async function stackWithRole(iam: IAMClient, cloudformation: CloudFormationClient): Promise<string | undefined> {
  const Principal = { Service: 'cloudformation.amazonaws.com' };
  const AssumeRolePolicyDocument = document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'service', AssumeRolePolicyDocument }));
  const PolicyDocument = document({ Effect: 'Allow', Action: 'iam:*', Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName: 'service', PolicyName: 'iam', PolicyDocument }));
  await local.cloud.clock.sleep(15_000);
  const Made = {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: JSON.parse(AssumeRolePolicyDocument) },
  };
  const input = { StackName: 'baseline', TemplateBody: JSON.stringify({ Resources: { Made } }), RoleARN: Role?.Arn };
  await cloudformation.send(new CreateStackCommand({ ...input, Capabilities: ['CAPABILITY_IAM'] }));
  for (;;) {
    await local.cloud.clock.sleep(5_000);
    const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'baseline' }));
    const status = Stacks?.[0]?.StackStatus;
    if (status !== 'CREATE_IN_PROGRESS') return status;
  }
}

test('an account is of little use at first, then of use, then of none', async () => {
  const organizations = new OrganizationsClient(settings(OWNER));
  const id = await newAccount(organizations, 'acme');
  const sts = new STSClient(settings(OWNER));
  const role = { RoleArn: `arn:aws:iam::${id}:role/OrganizationAccountAccessRole`, RoleSessionName: 'test' };
  await local.cloud.clock.sleep(60_000);
  const { Credentials: issued } = await sts.send(new AssumeRoleCommand({ ...role, DurationSeconds: 3_600 }));
  const session = (credentials: Credentials | undefined) => ({
    ...settings(''),
    credentials: {
      accessKeyId: credentials?.AccessKeyId ?? '',
      secretAccessKey: credentials?.SecretAccessKey ?? '',
      sessionToken: credentials?.SessionToken ?? '',
    },
  });

  // Fresh: IAM and STS answer, the others do not know the account yet.
  const first = session(issued);
  expect((await new STSClient(first).send(new GetCallerIdentityCommand({}))).Account).toBe(id);
  expect(await refusal(new EC2Client(first).send(new DescribeVpcsCommand({})))).toBe('OptInRequired');
  expect(await refusal(new LambdaClient(first).send(new GetAccountSettingsCommand({})))).toBe(
    'SubscriptionRequiredException',
  );
  const own = { ...settings('111111111111'), endpoint: local.endpoint };
  expect(await refusal(new EC2Client(own).send(new DescribeVpcsCommand({})))).toBe('done');

  const early = new CloudFormationClient(first);
  expect(await refusal(early.send(new ListStacksCommand({})))).toBe('OptInRequired');

  await local.cloud.clock.sleep(7_200_000);
  const second = session((await sts.send(new AssumeRoleCommand(role))).Credentials);
  expect((await new EC2Client(second).send(new DescribeVpcsCommand({}))).Vpcs).toHaveLength(1);
  // New accounts have ten concurrent executions, not a thousand.
  const concurrency = async (of: typeof second | typeof own) =>
    (await new LambdaClient(of).send(new GetAccountSettingsCommand({}))).AccountLimit?.ConcurrentExecutions;
  expect(await concurrency(second)).toBe(10);
  expect(await concurrency(own)).toBe(1_000);

  // A stack in the account, with the rights of a role of that account.
  expect(await stackWithRole(new IAMClient(second), new CloudFormationClient(second))).toBe('CREATE_COMPLETE');

  await organizations.send(new CloseAccountCommand({ AccountId: id }));
  await local.cloud.clock.sleep(120_000);
  const { Account } = await organizations.send(new DescribeAccountCommand({ AccountId: id }));
  expect(Account?.State).toBe('CLOSED');
  expect(await refusal(new STSClient(second).send(new GetCallerIdentityCommand({})))).toBe('InvalidClientTokenId');
  expect(await refusal(new EC2Client(second).send(new DescribeVpcsCommand({})))).toBe('AuthFailure');
  expect(await refusal(new LambdaClient(second).send(new GetAccountSettingsCommand({})))).toBe(
    'UnrecognizedClientException',
  );
  expect(await refusal(new STSClient(settings(id)).send(new GetCallerIdentityCommand({})))).toBe(
    'InvalidClientTokenId',
  );
  expect(await refusal(sts.send(new AssumeRoleCommand(role)))).toBe('AccessDenied');
});
