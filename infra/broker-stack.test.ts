import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { conditionContext } from '../local/iam/policy/condition-context.ts';
import { compileDocument, type PolicyDocument } from '../local/iam/policy/document.ts';
import { evaluate } from '../local/iam/policy/evaluate.ts';
import type { Caller } from '../local/kernel/service.ts';
import { checkedDelegationPolicy } from '../local/organizations/delegation-policy.ts';
import { BrokerStack } from './broker-stack.ts';
import { BROKER_USERS } from './function-names.ts';
import { LONGEST_POLICY } from './service-control-policies.ts';
import { filledIn } from './testing/fill-in.ts';
import { circle, dangling } from './testing/references.ts';
import { ofType, statements, type Template, target } from './testing/template.ts';

const PLATFORM = '111111111111';
const MANAGEMENT = '999999999999';

function synthesized(platformAccountId?: string): Template {
  const app = new App({ analyticsReporting: false });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new BrokerStack(app, 'Broker', {
    env: { account: MANAGEMENT, region: 'us-east-1' },
    prefix: 'shop',
    regions: ['us-east-1'],
    boundaryName: 'shop-tenant-boundary',
    platformAccountId,
  });
  return app.synth().getStackByName('Broker').template as Template;
}

const template = synthesized();
const values = { PlatformAccountId: PLATFORM, RootId: 'r-ab12', 'AWS::AccountId': MANAGEMENT };
const everything = compileDocument({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
});

function assumes(roleName: string, { externalId = `shop:${PLATFORM}`, account = PLATFORM } = {}): boolean {
  const [, role] = ofType(template, 'AWS::IAM::Role')[0] ?? [];
  const roleArn = `arn:aws:iam::${account}:role/${roleName}`;
  const principal: Caller = {
    kind: 'role',
    accountId: account,
    arn: `arn:aws:sts::${account}:assumed-role/${roleName}/session`,
    userId: 'AROA:session',
    roleArn,
  };
  const trust = filledIn(template, role?.Properties['AssumeRolePolicyDocument'], values) as PolicyDocument;
  return (
    evaluate({
      principal,
      action: 'sts:AssumeRole',
      resource: `arn:aws:iam::${MANAGEMENT}:role/shop-broker`,
      resourceAccountId: MANAGEMENT,
      resourcePolicyRequired: true,
      conditions: conditionContext({ 'aws:PrincipalArn': roleArn, 'sts:ExternalId': externalId }),
      identityPolicies: [everything],
      resourcePolicy: compileDocument(trust),
    }).decision === 'allow'
  );
}

describe('the broker', () => {
  it('is one role, assumed by the functions that need it and nobody else, with the external id', () => {
    expect(ofType(template, 'AWS::IAM::Role')).toHaveLength(1);
    for (const name of BROKER_USERS) expect(assumes(`shop-${name}`), name).toBe(true);
    for (const name of ['shop-claim-account', 'shop-ensure-foundation', 'tenantry-create-account', 'Administrator'])
      expect(assumes(name), name).toBe(false);
    expect(assumes('shop-create-account', { externalId: 'shop:222222222222' })).toBe(false);
    expect(assumes('shop-create-account', { account: '222222222222' })).toBe(false);
  });

  it('creates, moves and closes accounts, enters new ones, and no more', () => {
    const allowed = statements(template)
      .filter(({ at }) => at.startsWith('Broker'))
      .flatMap(({ statement }) => (statement.Principal ? [] : statement.Action));
    expect(allowed.sort()).toEqual([
      'organizations:CloseAccount',
      'organizations:CreateAccount',
      'organizations:MoveAccount',
      'organizations:TagResource',
      'sts:AssumeRole',
    ]);
    const enter = statements(template).find(({ statement }) => statement.Sid === 'EnterNewAccounts')?.statement;
    expect(filledIn(template, enter?.Resource, values)).toEqual(['arn:aws:iam::*:role/OrganizationAccountAccessRole']);
  });
});

describe('the template of the management account', () => {
  it('has references that lead somewhere, and needs no bootstrapped account', () => {
    expect(dangling(template)).toEqual([]);
    expect(circle(template)).toEqual([]);
    expect(template.Rules).toBeUndefined();
  });

  it('asks for the platform’s account, unless it is known', () => {
    const parameter = (of: Template) => of.Parameters?.['PlatformAccountId'] as { Default?: string } | undefined;
    expect(parameter(template)?.Default).toBeUndefined();
    expect(parameter(synthesized('123456789012'))?.Default).toBe('123456789012');
  });

  it('makes a unit for each state below one of its own, each with its fence', () => {
    const units = ofType(template, 'AWS::Organizations::OrganizationalUnit');
    expect(units.map(([, { Properties }]) => Properties['Name'])).toEqual([
      'tenantry',
      'Pool',
      'Tenants',
      'Quarantine',
      'Suspended',
    ]);
    const [[parent]] = units as [[string, unknown]];
    for (const [id, { Properties }] of units)
      expect(target(Properties['ParentId']), id).toBe(id === parent ? 'RootId' : parent);
    const fenced = ofType(template, 'AWS::Organizations::Policy').map(([id, { Properties }]) => {
      expect(JSON.stringify(Properties['Content']).length, id).toBeLessThan(LONGEST_POLICY);
      expect(Properties['Type'], id).toBe('SERVICE_CONTROL_POLICY');
      return (Properties['TargetIds'] as unknown[]).map(target);
    });
    // The unit of tenants has the fence of all.
    expect(fenced.flat()).toEqual(['Unit', 'PoolUnit', 'QuarantineUnit', 'SuspendedUnit']);
  });

  it('changes the organization one thing after another', () => {
    const changes = Object.entries(template.Resources).filter(([, { Type }]) =>
      Type.startsWith('AWS::Organizations::'),
    );
    const before = new Map(
      changes.map(([id, resource]) => [
        id,
        changes.filter(([other]) => JSON.stringify(resource).includes(`"${other}"`)),
      ]),
    );
    const depth = (id: string): number => 1 + Math.max(0, ...(before.get(id) ?? []).map(([other]) => depth(other)));
    const depths = changes.map(([id]) => depth(id)).sort((a, b) => a - b);
    expect(depths).toEqual(changes.map((_, index) => index + 1));
  });

  it('delegates looking and tagging to the platform, as AWS takes it', () => {
    const [[, policy]] = ofType(template, 'AWS::Organizations::ResourcePolicy') as [
      [string, Template['Resources'][string]],
    ];
    const content = JSON.stringify(filledIn(template, policy.Properties['Content'], values));
    expect(() => checkedDelegationPolicy(content, (id) => id === PLATFORM)).not.toThrow();
    expect(content).not.toMatch(/CreateAccount"|MoveAccount|CloseAccount|Policy"/);
  });
});
