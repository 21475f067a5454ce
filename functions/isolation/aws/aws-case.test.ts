import { expect, test } from 'vitest';
import { type AwsControl, answeredByAws, awsAnswerText } from './aws-case.ts';

const roleArn = 'arn:aws:iam::222222222222:role/tenantry/tenantry-operator';
const who = 'User: arn:aws:sts::333333333333:assumed-role/tenantry-tenant-acme/isolation-proof is';
const refusal = (message: string, code = 'AccessDenied') => ({ accepted: false as const, code, message });
const policy: AwsControl = { kind: 'service control policy', action: 'iam:DeleteRole' };
const trust: AwsControl = { kind: 'trust policy', roleArn };
const identity: AwsControl = { kind: 'identity', accountId: '333333333333', roleName: 'tenantry-tenant-acme' };

// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
const byPolicy = `${who} not authorized to perform: iam:DeleteRole on resource: ${roleArn} with an explicit deny in a service control policy`;
const byNobody = `${who} not authorized to perform: iam:DeleteRole on resource: ${roleArn} because no identity-based policy allows the iam:DeleteRole action`;
const notAssumed = `${who} not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;

test.each([
  ['an explicit deny in a service control policy', policy, refusal(byPolicy), true],
  [
    'EC2, in its words',
    policy,
    refusal(`You are not authorized to perform this operation. ${byPolicy}`, 'UnauthorizedOperation'),
    true,
  ],
  ['only nobody who allows it', policy, refusal(byNobody), false],
  ['the policy, for another action', policy, refusal(byPolicy.replace('iam:DeleteRole', 'iam:GetRole')), false],
  ['another error with that text', policy, refusal(byPolicy, 'ValidationError'), false],
  ['acceptance', policy, { accepted: true as const, output: {} }, false],
  ['a role that is not assumed', trust, refusal(notAssumed), true],
  ['another role that is not assumed', trust, refusal(notAssumed.replace('operator', 'teardown')), false],
  ['a role that is assumed', trust, { accepted: true as const, output: {} }, false],
  [
    'silence where a policy must be named',
    policy,
    refusal("You don't have permissions to access this resource."),
    false,
  ],
  [
    'silence of a service that names none',
    { ...policy, silent: true as const },
    refusal("You don't have permissions to access this resource.", 'AccessDeniedException'),
    true,
  ],
])('%s', (_name, control, answer, expected) => {
  expect(answeredByAws(control, answer)).toBe(expected);
});

test.each([
  ['333333333333', 'tenantry-tenant-acme', true],
  ['333333333333', 'tenantry-tenant-acme-2', false],
  ['444444444444', 'tenantry-tenant-acme', false],
])('the identity %s %s', (Account, role, expected) => {
  const output = { Account, Arn: `arn:aws:sts::${Account}:assumed-role/${role}/isolation-proof` };
  expect(answeredByAws(identity, { accepted: true, output })).toBe(expected);
});

test('what was read stays out of the text', () => {
  expect(awsAnswerText({ accepted: true, output: { Credentials: { SecretAccessKey: 'hunter2' } } })).toBe('acceptance');
});
