import { describe, expect, it } from 'vitest';
import { conditionContext } from '../local/iam/policy/condition-context.ts';
import { compileDocument, type PolicyDocument } from '../local/iam/policy/document.ts';
import { evaluate } from '../local/iam/policy/evaluate.ts';
import type { Caller } from '../local/kernel/service.ts';
import {
  basePolicy,
  LONGEST_POLICY,
  poolPolicy,
  quarantinePolicy,
  type ServiceControlPolicy,
  suspendedPolicy,
} from './service-control-policies.ts';

const ACCOUNT = '200000000001';
const everything = compileDocument({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
});
const base = basePolicy({ boundaryName: 'tenantry-tenant-boundary', regions: ['eu-central-1', 'eu-west-1'] });

const roles = {
  access: 'OrganizationAccountAccessRole',
  operator: 'tenantry/tenantry-operator',
  teardown: 'tenantry/tenantry-teardown',
  cloudFormation: 'tenantry/tenantry-cloudformation',
  tenant: 'tenantry/tenants/tenantry-tenant-acme',
  administrator: 'Administrator',
  // Names that only look like ours.
  pretender: 'tenantry-teardown',
  deeper: 'tenantry/tenants/tenantry-teardown',
};
type Who = keyof typeof roles;

function caller(who: Who | 'root'): Caller {
  if (who === 'root') return { kind: 'user', accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, userId: ACCOUNT };
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/${roles[who]}`;
  const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/${roles[who].split('/').at(-1)}/session`;
  return { kind: 'role', accountId: ACCOUNT, arn, userId: 'AROA:session', roleArn };
}

/** Whether somebody who may do everything by its own policies may do it under these, as units stack them. */
function may(
  policies: ServiceControlPolicy[],
  who: Who | 'root',
  action: string,
  resource = '*',
  region = 'eu-west-1',
) {
  const principal = caller(who);
  const levels = policies.map((policy) => [everything, compileDocument(policy as unknown as PolicyDocument)]);
  const { decision } = evaluate({
    principal,
    action,
    resource,
    conditions: conditionContext({
      'aws:PrincipalArn': principal.kind === 'role' ? principal.roleArn : principal.arn,
      'aws:RequestedRegion': region,
    }),
    identityPolicies: [everything],
    serviceControlPolicies: levels,
  });
  return decision === 'allow';
}

const allowed = (policies: ServiceControlPolicy[], action: string, resource?: string, region?: string) =>
  [...(Object.keys(roles) as Who[]), 'root' as const].filter((who) => may(policies, who, action, resource, region));

const iam = (path: string) => `arn:aws:iam::${ACCOUNT}:${path}`;
const stack = (name: string) => `arn:aws:cloudformation:eu-west-1:${ACCOUNT}:stack/${name}/0a1b`;

describe('all accounts of tenants', () => {
  it('cannot leave the organization, whoever asks', () => {
    expect(allowed([base], 'organizations:LeaveOrganization')).toEqual([]);
    expect(allowed([base], 'account:CloseAccount')).toEqual([]);
  });

  it.each([
    ['iam:PutRolePolicy', iam('role/tenantry/tenantry-operator')],
    ['iam:UpdateAssumeRolePolicy', iam('role/tenantry/tenantry-teardown')],
    ['iam:CreateRole', iam('role/tenantry/tenantry-another')],
    ['iam:AttachRolePolicy', iam('role/OrganizationAccountAccessRole')],
    ['iam:DeleteRole', iam('role/OrganizationAccountAccessRole')],
    ['iam:CreatePolicyVersion', iam('policy/tenantry-tenant-boundary')],
    ['cloudformation:DeleteStack', stack('tenantry-account')],
    ['cloudformation:CreateChangeSet', stack('tenantry-account')],
  ])('keep their baseline: only the role the account was born with does %s on %s', (action, resource) => {
    expect(allowed([base], action, resource)).toEqual(['access']);
  });

  it.each([
    ['iam:PutRolePolicy', iam('role/tenantry/tenants/tenantry-tenant-acme')],
    ['iam:DeleteRolePermissionsBoundary', iam('role/tenantry/tenants/tenantry-tenant-acme')],
    ['cloudformation:UpdateStack', stack('tenantry-foundation-acme')],
    ['budgets:ModifyBudget', `arn:aws:budgets::${ACCOUNT}:budget/tenantry-acme`],
  ])('keep what fences the tenant: %s on %s is for the product’s roles', (action, resource) => {
    expect(allowed([base], action, resource)).toEqual(['access', 'operator', 'teardown', 'cloudFormation']);
  });

  it('keep their contacts and regions', () => {
    expect(allowed([base], 'account:PutAlternateContact')).toEqual(['access', 'operator']);
    expect(allowed([base], 'account:EnableRegion')).toEqual(['access', 'operator']);
  });

  it('work in the regions of the configuration only; cleaning looks everywhere', () => {
    expect(may([base], 'tenant', 'sqs:SendMessage')).toBe(true);
    expect(allowed([base], 'sqs:SendMessage', '*', 'us-west-2')).toEqual(['access', 'teardown']);
    expect(may([base], 'root', 'ec2:RunInstances', '*', 'us-east-1')).toBe(false);
    for (const action of ['iam:CreateRole', 'sts:GetCallerIdentity', 's3:ListAllMyBuckets', 'budgets:ViewBudget'])
      expect(may([base], 'administrator', action, '*', 'us-east-1'), action).toBe(true);
    expect(may([base], 'administrator', 's3:CreateBucket', '*', 'us-east-1')).toBe(false);
  });

  it('are free in all else', () => {
    expect(may([base], 'tenant', 'dynamodb:GetItem', `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/orders`)).toBe(true);
    expect(may([base], 'administrator', 'iam:CreateRole', iam('role/app'))).toBe(true);
    expect(may([base], 'administrator', 'cloudformation:CreateStack', stack('app'))).toBe(true);
  });
});

describe('units', () => {
  const units: [string, ServiceControlPolicy, (Who | 'root')[]][] = [
    ['pool', poolPolicy(), ['access', 'operator', 'teardown', 'cloudFormation']],
    ['quarantine', quarantinePolicy(), ['access', 'teardown', 'cloudFormation']],
    ['suspended', suspendedPolicy(), ['access']],
  ];

  it.each(units)('%s: only the roles that work there do anything', (_name, policy, working) => {
    for (const action of ['ec2:DescribeVpcs', 's3:GetObject', 'iam:CreateUser', 'sts:GetCallerIdentity'])
      expect(allowed([base, policy], action), action).toEqual(working);
  });

  it('quarantine does not shut the teardown out', () => {
    const policies = [base, quarantinePolicy()];
    for (const action of ['ec2:TerminateInstances', 's3:DeleteObjectVersion', 'cloudformation:DeleteStack'])
      expect(may(policies, 'teardown', action, '*', 'ap-south-1'), action).toBe(true);
    expect(may(policies, 'cloudFormation', 'iam:DeleteRole', iam('role/tenantry/tenants/tenantry-tenant-acme'))).toBe(
      true,
    );
    expect(may(policies, 'teardown', 'cloudformation:DeleteStack', stack('tenantry-foundation-acme'))).toBe(true);
  });

  it('no fence of a unit loosens the base', () => {
    for (const [name, policy] of units) {
      expect(allowed([base, policy], 'organizations:LeaveOrganization'), name).toEqual([]);
      expect(allowed([base, policy], 'cloudformation:DeleteStack', stack('tenantry-account')), name).toEqual([
        'access',
      ]);
    }
  });
});

it('every policy is as short as AWS takes it, and its statements only deny', () => {
  const regions = Array.from({ length: 30 }, (_, index) => `ap-southeast-${index}`);
  const longest = basePolicy({ boundaryName: 'x'.repeat(128), regions });
  for (const policy of [longest, base, poolPolicy(), quarantinePolicy(), suspendedPolicy()]) {
    expect(JSON.stringify(policy).length).toBeLessThan(LONGEST_POLICY);
    expect(policy.Statement.every(({ Effect }) => Effect === 'Deny')).toBe(true);
    expect(new Set(policy.Statement.map(({ Sid }) => Sid)).size).toBe(policy.Statement.length);
  }
});
