import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { conditionContext } from '../local/iam/policy/condition-context.ts';
import { compileDocument, type PolicyDocument } from '../local/iam/policy/document.ts';
import { evaluate } from '../local/iam/policy/evaluate.ts';
import type { Caller } from '../local/kernel/service.ts';
import { AccountStack } from './account-stack.ts';
import { accountTemplate } from './account-template.ts';
import { projectRoot } from './project-root.ts';
import { filledIn } from './testing/fill-in.ts';
import { circle, dangling } from './testing/references.ts';
import { ofType, statements, type Template } from './testing/template.ts';

const ACCOUNT = '200000000001';
const PLATFORM = '111111111111';
const text = accountTemplate({ prefix: 'shop', boundaryName: 'shop-tenant-boundary' });
const template = JSON.parse(text) as Template;
const values = { PlatformAccountId: PLATFORM, ExternalId: 'shop:111111111111', 'AWS::AccountId': ACCOUNT };
const roles = Object.fromEntries(
  ofType(template, 'AWS::IAM::Role').map(([id, { Properties }]) => [Properties['RoleName'] as string, id]),
);
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/tenantry/${name}`;

/** Policies attached to a role, with its parameters filled in. */
function policiesOf(name: string): PolicyDocument[] {
  return ofType(template, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => JSON.stringify(Properties['Roles']).includes(`"${roles[name]}"`))
    .map(([, { Properties }]) => filledIn(template, Properties['PolicyDocument'], values) as PolicyDocument);
}

function may(name: string, action: string, resource = '*'): boolean {
  const principal: Caller = {
    kind: 'role',
    accountId: ACCOUNT,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/session`,
    userId: 'AROA:session',
    roleArn: roleArn(name),
  };
  const { decision } = evaluate({
    principal,
    action,
    resource,
    conditions: conditionContext({ 'iam:PassedToService': 'cloudformation.amazonaws.com' }),
    identityPolicies: policiesOf(name).map(compileDocument),
  });
  return decision === 'allow';
}

/** Whether a role of the platform may assume a role of the account, by its trust policy. */
function trusts(name: string, functionRole: string, { externalId = 'shop:111111111111', account = PLATFORM } = {}) {
  const trust = template.Resources[roles[name] ?? '']?.Properties['AssumeRolePolicyDocument'];
  const principal: Caller = {
    kind: 'role',
    accountId: account,
    arn: `arn:aws:sts::${account}:assumed-role/${functionRole}/session`,
    userId: 'AROA:session',
    roleArn: `arn:aws:iam::${account}:role/${functionRole}`,
  };
  const { decision } = evaluate({
    principal,
    action: 'sts:AssumeRole',
    resource: roleArn(name),
    resourceAccountId: ACCOUNT,
    resourcePolicyRequired: true,
    conditions: conditionContext({
      'aws:PrincipalArn': principal.kind === 'role' ? principal.roleArn : undefined,
      'sts:ExternalId': externalId,
    }),
    identityPolicies: [
      compileDocument({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }),
    ],
    resourcePolicy: compileDocument(filledIn(template, trust, values) as PolicyDocument),
  });
  return decision === 'allow';
}

describe('the template of an account’s baseline', () => {
  it('has references that lead somewhere, and uses every parameter', () => {
    expect(dangling(template)).toEqual([]);
    expect(circle(template)).toEqual([]);
    expect(Object.keys(template.Parameters ?? {})).toEqual(['PlatformAccountId', 'ExternalId']);
    for (const parameter of Object.keys(template.Parameters ?? {})) expect(text).toContain(`"Ref":"${parameter}"`);
  });

  it('is small enough to be given to CloudFormation in the request, and needs no bootstrapped account', () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(51_200);
    expect(template.Rules).toBeUndefined();
  });

  it('passes the checks of cdk-nag', () => {
    const app = new App({ analyticsReporting: false });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    new AccountStack(app, 'Account', { prefix: 'shop', boundaryName: 'shop-tenant-boundary' });
    expect(() => app.synth()).not.toThrow();
  });

  it('makes three roles below the platform’s path, and the boundary', () => {
    expect(Object.keys(roles).sort()).toEqual(['tenantry-cloudformation', 'tenantry-operator', 'tenantry-teardown']);
    for (const [, { Properties }] of ofType(template, 'AWS::IAM::Role')) expect(Properties['Path']).toBe('/tenantry/');
    expect(
      ofType(template, 'AWS::IAM::ManagedPolicy').map(([, { Properties }]) => Properties['ManagedPolicyName']),
    ).toEqual(['shop-tenant-boundary']);
  });

  it('allows actions by name only', () => {
    for (const { at, statement } of statements(template))
      for (const action of statement.Action) expect(action, at).toMatch(/^[a-z0-9-]+:[A-Za-z0-9]+$/);
  });
});

describe('trust', () => {
  it('the operator: functions of the platform, with the external id', () => {
    expect(trusts('tenantry-operator', 'shop-ensure-foundation')).toBe(true);
    expect(trusts('tenantry-operator', 'shop-ensure-foundation', { externalId: 'shop:222222222222' })).toBe(false);
    expect(trusts('tenantry-operator', 'shop-ensure-foundation', { account: '222222222222' })).toBe(false);
    expect(trusts('tenantry-operator', 'Administrator')).toBe(false);
  });

  it('the teardown: only the function that cleans', () => {
    expect(trusts('tenantry-teardown', 'shop-clean-account')).toBe(true);
    expect(trusts('tenantry-teardown', 'shop-ensure-foundation')).toBe(false);
    expect(trusts('tenantry-teardown', 'shop-clean-account', { externalId: 'acme' })).toBe(false);
  });
});

describe('the operator', () => {
  it('makes foundations with CloudFormation’s role, and no other stacks', () => {
    const stack = (name: string) => `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/${name}/0a1b`;
    for (const action of ['CreateStack', 'UpdateStack', 'DeleteStack', 'DescribeStacks', 'DescribeStackEvents']) {
      expect(may('tenantry-operator', `cloudformation:${action}`, stack('tenantry-foundation-acme')), action).toBe(
        true,
      );
      expect(may('tenantry-operator', `cloudformation:${action}`, stack('tenantry-account')), action).toBe(false);
    }
    expect(may('tenantry-operator', 'iam:PassRole', roleArn('tenantry-cloudformation'))).toBe(true);
    expect(may('tenantry-operator', 'iam:PassRole', roleArn('tenantry-teardown'))).toBe(false);
    expect(may('tenantry-operator', 'iam:CreateRole', roleArn('tenants/tenantry-tenant-acme'))).toBe(false);
  });

  it('uses the key of the installation’s clusters, where it has one, and no other', () => {
    const clusterKeyArn = `arn:aws:kms:us-east-1:${PLATFORM}:key/0a1b`;
    const of = (props: object) =>
      statements(JSON.parse(accountTemplate({ prefix: 'shop', boundaryName: 'b', ...props })) as Template).filter(
        ({ statement }) => JSON.stringify(statement.Action).includes('kms:'),
      );
    expect(of({ clusterKeyArn })).toMatchObject([
      { statement: { Effect: 'Allow', Action: ['kms:CreateGrant', 'kms:DescribeKey'], Resource: [clusterKeyArn] } },
    ]);
    expect(of({})).toEqual([]);
  });

  it('removes what the tenant’s own cluster logged, and no other log', () => {
    // Logs asks for the group with a stream that is empty. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    const group = (name: string) => `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${name}:log-stream:`;
    for (const action of ['logs:DeleteLogGroup', 'logs:DescribeLogStreams']) {
      expect(may('tenantry-operator', action, group('/aws/eks/tenantry-tenant-acme/cluster')), action).toBe(true);
      for (const other of ['/aws/eks/mine/cluster', '/aws/lambda/tenantry-tenant-acme/cluster', 'shop'])
        expect(may('tenantry-operator', action, group(other)), other).toBe(false);
    }
  });
});

/** Calls whose permission has another name than the operation. https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const PERMISSIONS: Record<string, string> = {
  's3:DeleteObjects': 's3:DeleteObjectVersion',
  's3:ListBuckets': 's3:ListAllMyBuckets',
  's3:ListObjectVersions': 's3:ListBucketVersions',
};
const PREFIXES: Record<string, string> = { 'cloudwatch-logs': 'logs', eventbridge: 'events', sfn: 'states' };

/** Permissions for every operation that the cleaning imports from an SDK client. */
function cleaningPermissions(): string[] {
  const folder = join(projectRoot, 'functions/accounts/cleaning');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !/test|fill-account/.test(file))
    .flatMap((file) => [
      ...readFileSync(join(folder, file), 'utf8').matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([a-z0-9-]+)'/g),
    ])
    .flatMap(([, names = '', client = '']) =>
      [...names.matchAll(/(?<!type )\b([A-Z]\w+)Command\b/g)].map(
        ([, name]) => `${PREFIXES[client] ?? client}:${name}`,
      ),
    )
    .map((permission) => PERMISSIONS[permission] ?? permission);
}

describe('the teardown', () => {
  it('may do what the cleaning calls', () => {
    const permissions = cleaningPermissions();
    expect(permissions.length).toBeGreaterThan(60);
    expect(permissions.filter((permission) => !may('tenantry-teardown', permission))).toEqual([]);
  });

  it.each([
    ['iam:DeleteRole', roleArn('tenantry-operator')],
    ['iam:DeleteRolePolicy', roleArn('tenantry-teardown')],
    ['iam:DeleteRole', `arn:aws:iam::${ACCOUNT}:role/OrganizationAccountAccessRole`],
    ['iam:DeletePolicyVersion', `arn:aws:iam::${ACCOUNT}:policy/shop-tenant-boundary`],
    ['cloudformation:DeleteStack', `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/tenantry-account/0a1b`],
  ])('keeps the baseline: no %s on %s', (action, resource) => {
    expect(may('tenantry-teardown', action, resource)).toBe(false);
  });

  it('removes what is the tenant’s, and makes nothing', () => {
    expect(may('tenantry-teardown', 'iam:DeleteRole', roleArn('tenants/tenantry-tenant-acme'))).toBe(true);
    const stack = `arn:aws:cloudformation:us-east-1:${ACCOUNT}:stack/tenantry-foundation-acme/0a1b`;
    expect(may('tenantry-teardown', 'cloudformation:DeleteStack', stack)).toBe(true);
    const allowed = policiesOf('tenantry-teardown')
      .flatMap(({ Statement }) => [Statement].flat())
      .flatMap(({ Effect, Action = [] }) => (Effect === 'Allow' ? [Action].flat() : []));
    for (const action of allowed)
      expect(action).not.toMatch(/:(Create|Put|Attach|Run|Pass|Invoke|Send|Get(?!Account|Bucket|Service))/);
  });
});

describe('CloudFormation’s role', () => {
  it('makes tenant roles only under the boundary', () => {
    const [create] = policiesOf('tenantry-cloudformation')
      .flatMap(({ Statement }) => [Statement].flat())
      .filter(({ Sid }) => Sid === 'MakeTenantRolesUnderTheBoundary');
    expect(create?.Condition).toEqual({
      StringEquals: { 'iam:PermissionsBoundary': `arn:aws:iam::${ACCOUNT}:policy/shop-tenant-boundary` },
    });
    expect(may('tenantry-cloudformation', 'iam:CreateRole', roleArn('tenants/tenantry-tenant-acme'))).toBe(false);
    expect(may('tenantry-cloudformation', 'iam:DeleteRole', roleArn('tenantry-operator'))).toBe(false);
    expect(may('tenantry-cloudformation', 'ec2:CreateVpc', `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc/vpc-1`)).toBe(true);
    expect(may('tenantry-cloudformation', 'ec2:RunInstances', `arn:aws:ec2:us-east-1:${ACCOUNT}:instance/i-1`)).toBe(
      false,
    );
  });
});
