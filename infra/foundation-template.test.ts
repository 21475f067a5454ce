import { describe, expect, it } from 'vitest';
import { tenantId } from '../events/tenant-id.ts';
import { tenantRoleName } from '../tenancy/names.ts';
import { foundationTemplate } from './foundation-template.ts';
import { circle, dangling } from './testing/references.ts';
import { ofType, type Template } from './testing/template.ts';

const text = foundationTemplate('shop-tenant-boundary');
const template = JSON.parse(text) as Template;
const [, role] = ofType(template, 'AWS::IAM::Role')[0] ?? [];
const trust = role?.Properties['AssumeRolePolicyDocument'].Statement as {
  Principal: Record<string, unknown>;
  Condition: Record<string, Record<string, unknown>>;
}[];

describe('the template of a tenant’s foundation', () => {
  it('has references that lead somewhere, and uses every parameter', () => {
    expect(dangling(template)).toEqual([]);
    expect(circle(template)).toEqual([]);
    for (const parameter of Object.keys(template.Parameters ?? {}))
      expect(text, parameter).toContain(`"Ref":"${parameter}"`);
  });

  it('is small enough to be given to CloudFormation in the request', () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(51_200);
  });

  it('has no parameter or rule that needs a bootstrapped account: tenants’ accounts are not', () => {
    expect(Object.keys(template.Parameters ?? {})).not.toContain('BootstrapVersion');
    expect(template.Rules).toBeUndefined();
  });

  it('makes one role, under the boundary, and one budget; all else belongs to the network, and is conditional', () => {
    expect(ofType(template, 'AWS::Budgets::Budget')).toHaveLength(1);
    const always = Object.values(template.Resources).filter((resource) => !('Condition' in resource));
    expect(always.map(({ Type }) => Type).sort()).toEqual(['AWS::Budgets::Budget', 'AWS::IAM::Role']);
    expect(JSON.stringify(role?.Properties['PermissionsBoundary'])).toContain(':policy/shop-tenant-boundary');
  });

  it('trusts pods of the platform’s clusters and of its own, and whoever of the platform presents the external id', () => {
    expect(trust).toHaveLength(2);
    expect(trust[0]).toMatchObject({
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': [{ Ref: 'PlatformAccountId' }, { Ref: 'AWS::AccountId' }] } },
    });
    expect(trust[1]).toMatchObject({ Condition: { StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } } } });
    expect(JSON.stringify(trust[1]?.Principal)).toContain('{"Ref":"PlatformAccountId"},":root"');
  });

  it('trusts the role of Pod Identity for pods in the namespace of the tenant only', () => {
    const other = JSON.parse(foundationTemplate('shop-tenant-boundary', 'shop-pod-identity')) as Template;
    const { Statement } = other.Resources['TenantRole']?.Properties['AssumeRolePolicyDocument'] ?? {};
    expect(Statement).toHaveLength(3);
    expect(Statement[2].Condition.StringEquals).toEqual({
      'aws:PrincipalTag/kubernetes-namespace': { 'Fn::Join': ['', ['tenant-', { Ref: 'PlacementId' }]] },
    });
    expect(JSON.stringify(Statement[2].Condition.ArnEquals)).toContain(':role/tenantry/shop-pod-identity');
  });

  it('counts what is tagged in a shared account, and everything in an account of its own', () => {
    const [, budget] = ofType(template, 'AWS::Budgets::Budget')[0] ?? [];
    expect(budget?.Properties['Budget'].CostFilters['Fn::If']).toEqual([
      'SharesAccount',
      { TagKeyValue: [{ 'Fn::Join': ['', ['user:tenantry:tenant$', { Ref: 'TenantId' }]] }] },
      { Ref: 'AWS::NoValue' },
    ]);
  });

  it('allows actions by name on resources with the tenant’s tag only', () => {
    const allowed = role?.Properties['Policies'].flatMap(
      (policy: { PolicyDocument: { Statement: unknown[] } }) => policy.PolicyDocument.Statement,
    ) as { Action: string[]; Condition: unknown }[];
    expect(allowed.length).toBeGreaterThan(0);
    for (const { Action, Condition } of allowed) {
      expect(Condition).toEqual({ StringEquals: { 'aws:ResourceTag/tenantry:tenant': { Ref: 'TenantId' } } });
      for (const action of Action) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
    }
    expect(role?.Properties['Tags']).toContainEqual({ Key: 'tenantry:tenant', Value: { Ref: 'TenantId' } });
  });

  it('takes the longest tenant id', () => {
    const longest = 'x'.repeat(32);
    expect(tenantId.safeParse(longest).success).toBe(true);
    expect(tenantRoleName({ tenantId: longest, generation: 999 }).length).toBeLessThanOrEqual(64);
  });
});
