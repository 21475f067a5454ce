import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../../kernel/service.ts';
import { conditionContext } from './condition-context.ts';
import { compileDocument, type PolicyDocument, type StatementDocument } from './document.ts';
import { type EvaluationRequest, evaluate } from './evaluate.ts';

const ROLE: Caller = {
  kind: 'role',
  accountId: '111111111111',
  arn: 'arn:aws:sts::111111111111:assumed-role/worker/session',
  userId: 'AROAEXAMPLE:session',
  roleArn: 'arn:aws:iam::111111111111:role/worker',
};
const USER: Caller = {
  kind: 'user',
  accountId: '111111111111',
  arn: 'arn:aws:iam::111111111111:user/ann',
  userId: 'AIDAEXAMPLE',
};
const EVENTS: Caller = {
  kind: 'service',
  accountId: '111111111111',
  arn: 'events.amazonaws.com',
  userId: 'events.amazonaws.com',
};
const QUEUE = 'arn:aws:sqs:us-east-1:111111111111:orders';

const policy = (...statements: StatementDocument[]) =>
  compileDocument({ Version: '2012-10-17', Statement: statements } as PolicyDocument);
const allow = policy({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE });
const deny = policy({ Effect: 'Deny', Action: 'sqs:*', Resource: '*' });
const other = policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
const grantTo = (Principal: StatementDocument['Principal']) =>
  policy({ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: QUEUE });

function ask(request: Partial<EvaluationRequest>) {
  return evaluate({
    principal: ROLE,
    action: 'sqs:SendMessage',
    resource: QUEUE,
    conditions: conditionContext({}),
    identityPolicies: [],
    ...request,
  });
}

describe('policy evaluation within an account', () => {
  it('denies what nothing allows, and says which kind of policy is wanting', () => {
    expect(ask({})).toEqual({
      decision: 'implicit-deny',
      because: 'because no identity-based policy allows the sqs:SendMessage action',
    });
    expect(ask({ identityPolicies: [allow] }).decision).toBe('allow');
    expect(ask({ identityPolicies: [allow], permissionsBoundary: other }).because).toBe(
      'because no permissions boundary allows the sqs:SendMessage action',
    );
    expect(ask({ identityPolicies: [allow], sessionPolicies: [other] }).because).toBe(
      'because no session policy allows the sqs:SendMessage action',
    );
    expect(ask({ identityPolicies: [allow], serviceControlPolicies: [[allow], [other]] }).because).toBe(
      'because no service control policy allows the sqs:SendMessage action',
    );
  });

  it('lets an explicit deny of any kind decide, and says of which', () => {
    const kinds: [Partial<EvaluationRequest>, string][] = [
      [{ identityPolicies: [allow, deny] }, 'an identity-based policy'],
      [{ permissionsBoundary: deny }, 'a permissions boundary'],
      [{ sessionPolicies: [allow, deny] }, 'a session policy'],
      [{ serviceControlPolicies: [[allow, deny]] }, 'a service control policy'],
    ];
    for (const [request, kind] of kinds) {
      expect(ask({ identityPolicies: [allow], ...request })).toEqual({
        decision: 'explicit-deny',
        because: `with an explicit deny in ${kind}`,
      });
    }
    const resourcePolicy = policy({ Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: '*' });
    expect(ask({ identityPolicies: [allow], resourcePolicy }).because).toBe(
      'with an explicit deny in a resource-based policy',
    );
  });

  it('takes a resource policy as a grant by how directly it names the caller', () => {
    const grants = {
      account: grantTo({ AWS: '111111111111' }),
      root: grantTo({ AWS: 'arn:aws:iam::111111111111:root' }),
      role: grantTo({ AWS: 'arn:aws:iam::111111111111:role/worker' }),
      session: grantTo({ AWS: ROLE.arn }),
      anyone: grantTo('*'),
    };
    // Naming the account leaves the decision to the identity policies.
    expect(ask({ resourcePolicy: grants.account }).decision).toBe('implicit-deny');
    expect(ask({ resourcePolicy: grants.root }).decision).toBe('implicit-deny');
    expect(ask({ resourcePolicy: grants.account, identityPolicies: [allow] }).decision).toBe('allow');
    expect(ask({ resourcePolicy: grants.role }).decision).toBe('allow');
    expect(ask({ resourcePolicy: grants.anyone }).decision).toBe('allow');
    // A boundary limits a grant to the role, not one to the session or to a user.
    expect(ask({ resourcePolicy: grants.role, permissionsBoundary: other }).decision).toBe('implicit-deny');
    expect(ask({ resourcePolicy: grants.session, permissionsBoundary: other }).decision).toBe('allow');
    const toUser = grantTo({ AWS: USER.arn });
    expect(ask({ principal: USER, resourcePolicy: toUser, permissionsBoundary: other }).decision).toBe('allow');
    expect(ask({ resourcePolicy: toUser }).decision).toBe('implicit-deny');
  });

  it('lets a trust policy decide even within the account', () => {
    expect(ask({ identityPolicies: [allow], resourcePolicyRequired: true }).decision).toBe('implicit-deny');
  });
});

describe('policy evaluation across accounts', () => {
  const there = { resourceAccountId: '222222222222' };

  it('needs both sides', () => {
    const granted = grantTo({ AWS: '111111111111' });
    expect(ask({ ...there, identityPolicies: [allow] }).because).toContain('no resource-based policy');
    expect(ask({ ...there, resourcePolicy: granted }).because).toContain('no identity-based policy');
    expect(ask({ ...there, resourcePolicy: grantTo({ AWS: ROLE.arn }) }).decision).toBe('implicit-deny');
    expect(ask({ ...there, resourcePolicy: granted, identityPolicies: [allow] }).decision).toBe('allow');
  });
});

describe('service principals', () => {
  const fromRule = policy({
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: QUEUE,
    Condition: {
      ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:111111111111:rule/*' },
      StringEquals: { 'aws:SourceAccount': '111111111111' },
    },
  });

  it('are decided by the resource policy, with source ARN and account', () => {
    const from = (rule: string) =>
      conditionContext({
        'aws:SourceArn': `arn:aws:events:us-east-1:${rule}`,
        'aws:SourceAccount': rule.slice(0, 12),
      });
    const asked = { principal: EVENTS, resourcePolicy: fromRule };
    expect(ask({ ...asked, conditions: from('111111111111:rule/a') }).decision).toBe('allow');
    expect(ask({ ...asked, conditions: from('222222222222:rule/a') }).decision).toBe('implicit-deny');
    expect(ask({ ...asked }).decision).toBe('implicit-deny');
    expect(ask({ principal: EVENTS, identityPolicies: [allow] }).because).toBe(
      'because no resource-based policy allows the sqs:SendMessage action',
    );
  });
});

describe('statements', () => {
  it('know NotAction, NotResource and NotPrincipal', () => {
    const notAction = policy({ Effect: 'Allow', NotAction: ['iam:*'], Resource: '*' });
    expect(ask({ identityPolicies: [notAction] }).decision).toBe('allow');
    expect(ask({ identityPolicies: [notAction], action: 'iam:PassRole' }).decision).toBe('implicit-deny');
    const notResource = policy({ Effect: 'Allow', Action: '*', NotResource: QUEUE });
    expect(ask({ identityPolicies: [notResource] }).decision).toBe('implicit-deny');
    const butWorker = policy({
      Effect: 'Deny',
      NotPrincipal: { AWS: 'arn:aws:iam::111111111111:role/worker' },
      Action: '*',
      Resource: '*',
    });
    expect(ask({ identityPolicies: [allow], resourcePolicy: butWorker }).decision).toBe('allow');
    expect(ask({ principal: USER, identityPolicies: [allow], resourcePolicy: butWorker }).decision).toBe(
      'explicit-deny',
    );
  });

  it('match actions without case, resources with it and part by part', () => {
    expect(ask({ identityPolicies: [allow], action: 'SQS:sendmessage' }).decision).toBe('allow');
    const pattern = (Resource: string) =>
      ask({ identityPolicies: [policy({ Effect: 'Allow', Action: '*', Resource })] });
    expect(pattern('arn:aws:sqs:*:*:orders').decision).toBe('allow');
    expect(pattern('arn:aws:sqs:*').decision).toBe('allow');
    expect(pattern('arn:aws:sqs:*:*:ORDERS').decision).toBe('implicit-deny');
    expect(pattern('arn:aws:sqs:*:orders').decision).toBe('implicit-deny');
    expect(pattern('arn:aws:sqs:us-east-?:111111111111:ord*').decision).toBe('allow');
  });

  it('fill in policy variables, and take what they hold literally', () => {
    const own = policy({
      Effect: 'Allow',
      Action: 'sqs:*',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
      Resource: 'arn:aws:sqs:*:*:${aws:PrincipalTag/tenant}-*',
    });
    const queue = (name: string, tenant?: string) =>
      ask({
        identityPolicies: [own],
        resource: `arn:aws:sqs:us-east-1:111111111111:${name}`,
        conditions: conditionContext({ 'aws:PrincipalTag/tenant': tenant }),
      }).decision;
    expect(queue('acme-orders', 'acme')).toBe('allow');
    expect(queue('globex-orders', 'acme')).toBe('implicit-deny');
    expect(queue('acme-orders', '*')).toBe('implicit-deny');
    expect(queue('-orders')).toBe('implicit-deny');
    const old = compileDocument({
      Version: '2008-10-17',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
      Statement: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:sqs:*:*:${aws:username}' }],
    });
    expect(ask({ identityPolicies: [old], conditions: conditionContext({ 'aws:username': 'orders' }) }).decision).toBe(
      'implicit-deny',
    );
  });
});

describe('explicit deny', () => {
  it('wins whatever else there is', () => {
    const anyPolicy = fc.constantFrom(allow, other, policy({ Effect: 'Allow', Action: '*', Resource: '*' }));
    const place = fc.constantFrom('identity', 'boundary', 'session', 'control', 'resource');
    fc.assert(
      fc.property(fc.array(anyPolicy), fc.array(anyPolicy), fc.boolean(), place, (identity, session, cross, where) => {
        const denial = policy({ Effect: 'Deny', Action: 'sqs:Send*', Resource: '*' });
        const denialWithPrincipal = policy({ Effect: 'Deny', Principal: '*', Action: 'sqs:Send*', Resource: '*' });
        const outcome = ask({
          identityPolicies: where === 'identity' ? [...identity, denial] : identity,
          ...(where === 'boundary' && { permissionsBoundary: denial }),
          sessionPolicies: where === 'session' ? [denial, ...session] : session,
          serviceControlPolicies: where === 'control' ? [[allow], [allow, denial]] : [[allow]],
          resourcePolicy: where === 'resource' ? denialWithPrincipal : grantTo('*'),
          ...(cross && { resourceAccountId: '222222222222' }),
        });
        expect(outcome.decision).toBe('explicit-deny');
      }),
    );
  });
});
