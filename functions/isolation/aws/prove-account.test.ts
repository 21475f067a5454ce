import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  AttachPolicyCommand,
  CreatePolicyCommand as CreateOrganizationPolicyCommand,
  DetachPolicyCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../../local/local-cloud.ts';
import { tenantExternalId, tenantRoleName, tenantRolePath } from '../../../tenancy/names.ts';
import type { TenantAws } from './aws-case.ts';
import { type AwsSubject, awsCases, rolesOfAccount } from './aws-cases.ts';
import { proveAccount } from './prove-account.ts';
import { forbiddenRegion, tenantAws } from './tenant-aws.ts';

const [management, platform, home, neighbour] = ['999999999999', '111111111111', '222222222222', '333333333333'];
const boundaryName = 'tenantry-tenant-boundary';
const externalId = 'tenantry:111111111111';
const roleArn = (account: string, tenant: string) =>
  `arn:aws:iam::${account}:role${tenantRolePath}${tenantRoleName({ tenantId: tenant, generation: 1 })}`;
const subject: AwsSubject = {
  tenantId: 'acme',
  generation: 1,
  accountId: home,
  foreignRoles: [
    { name: 'the management account', roleArn: `arn:aws:iam::${management}:role/tenantry-broker`, externalId },
    ...rolesOfAccount(neighbour, roleArn(neighbour, 'globex'), {
      tenant: tenantExternalId('globex'),
      operator: externalId,
    }),
  ],
  ownAccount: { boundaryName },
};
let local: LocalCloud;

const as = (accountId: string, region = 'us-east-1') => ({
  endpoint: local.endpoint,
  region,
  credentials: { accessKeyId: accountId, secretAccessKey: 'any' },
});
const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
const trusting = (account: string, id: string) =>
  policy({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': id } },
  });

/** The fences of an account in short: it stays, its baseline stays, and it works in one region. */
const fences = {
  Version: '2012-10-17',
  Statement: [
    { Action: ['organizations:LeaveOrganization'], Resource: '*' },
    {
      Action: ['iam:*', 'cloudformation:*'],
      Resource: ['arn:aws:iam::*:role/tenantry/*', 'arn:aws:cloudformation:*:*:stack/tenantry-account/*'],
    },
    { Action: ['iam:DeletePolicy'], Resource: `arn:aws:iam::*:policy/${boundaryName}` },
    {
      NotAction: ['iam:*', 'sts:*'],
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } },
    },
  ].map((statement) => ({ Effect: 'Deny', ...statement })),
};

/** Everything a tenant could wish for, so that nothing but the fences refuses. */
async function role(account: string, options: { name: string; path: string; trust: string; boundary?: string }) {
  const iam = new IAMClient(as(account));
  const RoleName = options.name;
  await iam.send(
    new CreateRoleCommand({
      RoleName,
      Path: options.path,
      AssumeRolePolicyDocument: options.trust,
      ...(options.boundary && { PermissionsBoundary: options.boundary }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: 'everything',
      PolicyDocument: policy({ Effect: 'Allow', Action: '*', Resource: '*' }),
    }),
  );
}

async function account(id: string, tenant: string): Promise<void> {
  const iam = new IAMClient(as(id));
  const boundary = `arn:aws:iam::${id}:policy/${boundaryName}`;
  const PolicyDocument = policy({ Effect: 'Allow', Action: '*', Resource: '*' });
  await iam.send(new CreatePolicyCommand({ PolicyName: boundaryName, PolicyDocument }));
  await role(id, { name: 'tenantry-operator', path: '/tenantry/', trust: trusting(platform, externalId) });
  const trust = trusting(platform, tenantExternalId(tenant));
  await role(id, { name: tenantRoleName({ tenantId: tenant, generation: 1 }), path: tenantRolePath, trust, boundary });
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'tenantry-operator', PolicyArn: boundary }));
  await new CloudFormationClient(as(id)).send(
    new CreateStackCommand({
      StackName: 'tenantry-account',
      TemplateBody: JSON.stringify({ Resources: { Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } } }),
    }),
  );
}

/** The tenant's clients, all at the local cloud. */
async function tenant(): Promise<TenantAws> {
  process.env['AWS_ENDPOINT_URL'] = local.endpoint;
  process.env['AWS_REGION'] = 'us-east-1';
  return tenantAws(new STSClient(as(platform)), 'acme', roleArn(home, 'acme'), forbiddenRegion(['us-east-1']));
}

const prove = async () => proveAccount(await tenant(), subject, async () => undefined);

beforeAll(async () => {
  local = await startLocalCloud({
    port: 0,
    services: ['iam', 'sts', 'organizations', 'cloudformation', 'dynamodb'],
    clock: 'jump',
    serviceOptions: {
      iam: { consistencyDelaySeconds: 0 },
      organizations: {
        organization: { managementAccountId: management, members: [platform, home, neighbour] },
        consistencyDelaySeconds: 0,
        throttling: false,
      },
    },
  });
  await account(home, 'acme');
  await account(neighbour, 'globex');
  await role(management, { name: 'tenantry-broker', path: '/', trust: trusting(platform, externalId) });
});
afterAll(async () => {
  delete process.env['AWS_ENDPOINT_URL'];
  delete process.env['AWS_REGION'];
  await local.stop();
});

describe('in an organization', () => {
  test('without the policies the tenant is not fenced: the proof fails and names what was open, and nothing is lost', async () => {
    const error = await prove().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'IsolationBreached' });
    expect(String(error)).toContain('cases of the isolation proof failed in the account 222222222222');
    expect(String(error)).toContain('"baseline: delete the operator" wants service control policy, got DeleteConflict');
    expect(String(error)).toContain(
      '"region: work outside the allowed ones" wants service control policy, got acceptance',
    );
    expect(String(error)).not.toContain('account: enter');
    const iam = new IAMClient(as(home));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'tenantry-operator' }));
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trusting(platform, externalId));
  });

  test('with them every case is answered by its control; one that is taken away is missed', async () => {
    const organizations = new OrganizationsClient(as(management));
    const { Policy } = await organizations.send(
      new CreateOrganizationPolicyCommand({
        Name: 'tenantry-accounts',
        Description: 'of the test',
        Type: 'SERVICE_CONTROL_POLICY',
        Content: JSON.stringify(fences),
      }),
    );
    const attached = { PolicyId: Policy?.PolicySummary?.Id ?? '', TargetId: home };
    await organizations.send(new AttachPolicyCommand(attached));
    const cases = await prove();
    expect(cases).toHaveLength(awsCases(subject).length);
    expect(cases).toContainEqual({ name: 'organization: leave it', control: 'service control policy', ok: true });
    expect(cases.filter(({ control }) => control === 'trust policy')).toHaveLength(3);
    await local.cloud.clock.sleep(60_000);
    await organizations.send(new DetachPolicyCommand(attached));
    await expect(prove()).rejects.toMatchObject({ name: 'IsolationBreached' });
  });

  test('a neighbour that trusts too much is entered, and that is a breach', async () => {
    const open = await tenant();
    await role(neighbour, {
      name: 'open',
      path: '/',
      trust: policy({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
    });
    const roles = [{ name: 'an open door', roleArn: `arn:aws:iam::${neighbour}:role/open` }];
    const { ownAccount: _, ...pooled } = subject;
    const error = await proveAccount(open, { ...pooled, foreignRoles: roles }, async () => undefined).catch(
      (thrown) => thrown,
    );
    expect(String(error)).toContain('"account: enter an open door" wants trust policy, got acceptance');
    expect(await proveAccount(open, pooled)).toHaveLength(4);
  });
});

test('a role that STS does not let in yet is waited for by the workflow', async () => {
  const sts = new STSClient(as(platform));
  await expect(tenantAws(sts, 'acme', roleArn(home, 'nobody'), 'us-west-2')).rejects.toMatchObject({
    name: 'NotYetConsistent',
  });
});

test('what AWS cannot answer now proves nothing either way', async () => {
  const busy = {
    send: async () => Promise.reject(Object.assign(new Error('slow down'), { name: 'Throttling', $metadata: {} })),
  };
  const aws = {
    sts: busy,
    iam: busy,
    organizations: busy,
    cloudformation: busy,
    elsewhere: busy,
  } as unknown as TenantAws;
  await expect(proveAccount(aws, subject)).rejects.toMatchObject({ name: 'AwsThrottled' });
});
