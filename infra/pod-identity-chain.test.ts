import { describe, expect, it } from 'vitest';
import { conditionContext } from '../local/iam/policy/condition-context.ts';
import { compileDocument, type PolicyDocument } from '../local/iam/policy/document.ts';
import { evaluate } from '../local/iam/policy/evaluate.ts';
import type { Caller } from '../local/kernel/service.ts';
import { foundationTemplate } from './foundation-template.ts';
import { filledIn } from './testing/fill-in.ts';
import type { Template } from './testing/template.ts';

const ACCOUNT = '222222222222';
const PLATFORM = '111111111111';
const BRIDGE = 'tenantry/shop-pod-identity';
const template = JSON.parse(foundationTemplate('shop-tenant-boundary', 'shop-pod-identity')) as Template;
const trust = template.Resources['TenantRole']?.Properties['AssumeRolePolicyDocument'];

/** Who asks for the role of a tenant. */
interface Asking {
  /** Tag that Pod Identity puts on the session of a pod's role; undefined for a session without. */
  namespace: string | undefined;
  account?: string;
  role?: string;
}

/**
 * Whether the role of the placement lets a session of the bridge role in, and lets it take its tags along: Pod Identity
 * asks for both. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html
 */
function trusts(PlacementId: string, { namespace, account = PLATFORM, role = BRIDGE }: Asking): boolean[] {
  const principal: Caller = {
    kind: 'role',
    accountId: account,
    arn: `arn:aws:sts::${account}:assumed-role/${role.split('/').at(-1)}/pod`,
    userId: 'AROA:pod',
    roleArn: `arn:aws:iam::${account}:role/${role}`,
  };
  const values = {
    PlacementId,
    PlatformAccountId: PLATFORM,
    ExternalId: `tenantry:${PlacementId}`,
    'AWS::AccountId': ACCOUNT,
  };
  return ['sts:AssumeRole', 'sts:TagSession'].map(
    (action) =>
      evaluate({
        principal,
        action,
        resource: `arn:aws:iam::${ACCOUNT}:role/tenantry/tenants/tenantry-tenant-${PlacementId}`,
        resourceAccountId: ACCOUNT,
        resourcePolicyRequired: true,
        conditions: conditionContext({
          'aws:PrincipalArn': principal.roleArn,
          'aws:PrincipalTag/kubernetes-namespace': namespace,
        }),
        identityPolicies: [
          compileDocument({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }),
        ],
        resourcePolicy: compileDocument(filledIn(template, trust, values) as PolicyDocument),
      }).decision === 'allow',
  );
}

const [LET_IN, REFUSED] = [
  [true, true],
  [false, false],
];

describe('the role of a tenant in an account of its own, asked by pods of shared clusters', () => {
  it('lets in pods of the tenant’s own namespace, with their tags', () => {
    expect(trusts('acme', { namespace: 'tenant-acme' })).toEqual(LET_IN);
    expect(trusts('acme--2', { namespace: 'tenant-acme--2' })).toEqual(LET_IN);
  });

  it.each([
    ['another tenant', 'acme', 'tenant-globex'],
    ['the tenant’s next placement', 'acme', 'tenant-acme--2'],
    ['the tenant’s former placement', 'acme--2', 'tenant-acme'],
    ['a tenant whose name goes on', 'acme', 'tenant-acmeshop'],
    ['a pattern', 'acme', 'tenant-*'],
    ['the platform', 'acme', 'kube-system'],
    ['nowhere', 'acme', undefined],
  ])('refuses pods of %s', (_, placement, namespace) => {
    expect(trusts(placement, { namespace })).toEqual(REFUSED);
  });

  it('refuses the bridge role of another account, and another role of the platform, whatever their tag says', () => {
    const namespace = 'tenant-acme';
    for (const account of [ACCOUNT, '333333333333'])
      expect(trusts('acme', { namespace, account }), account).toEqual(REFUSED);
    for (const role of ['shop-pod-identity', 'tenantry/shop-other', 'shop-ensure-foundation'])
      expect(trusts('acme', { namespace, role }), role).toEqual(REFUSED);
  });
});
