import { describe, expect, it } from 'vitest';
import { type PolicyKind, validatePolicy } from './validate.ts';

const ALLOW = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: '*' };

function refusal(document: unknown, kind: PolicyKind = 'identity'): string {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  try {
    validatePolicy(text, kind);
  } catch (error) {
    expect(error).toMatchObject({ code: 'MalformedPolicyDocument', status: 400 });
    return (error as Error).message;
  }
  return 'accepted';
}

const identity = (statement: unknown) => refusal({ Version: '2012-10-17', Statement: [statement] });
const trust = (statement: object) =>
  refusal({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', ...statement } }, 'trust');

describe('validatePolicy', () => {
  it('accepts what IAM accepts', () => {
    expect(identity(ALLOW)).toBe('accepted');
    expect(identity({ ...ALLOW, Resource: ['arn:aws:sqs:*', 'arn:aws:s3:::bucket/*'] })).toBe('accepted');
    expect(identity({ ...ALLOW, Condition: { Bool: { 'aws:SecureTransport': false } } })).toBe('accepted');
    expect(trust({ Principal: { Service: ['lambda.amazonaws.com'], AWS: '111111111111' } })).toBe('accepted');
    expect(trust({ Principal: { AWS: 'arn:aws:iam::111111111111:root' } })).toBe('accepted');
  });

  it.each([
    ['{', 'Syntax errors in policy.'],
    [[], 'Syntax errors in policy.'],
    [{ Version: '2012-10-17', Statement: [] }, 'Syntax errors in policy.'],
    [{ Version: '2020-01-01', Statement: ALLOW }, 'Syntax errors in policy.'],
    [{ Statement: ALLOW }, 'Policy document must be version 2012-10-17 or greater.'],
    [{ Version: '2012-10-17', Statement: ALLOW, Extra: 1 }, 'Syntax errors in policy.'],
  ])('refuses the document %j', (document, message) => {
    expect(refusal(document)).toBe(message);
  });

  it.each([
    [{ ...ALLOW, Effect: 'allow' }, 'Syntax errors in policy.'],
    [{ ...ALLOW, Actions: 'x' }, 'Syntax errors in policy.'],
    [{ ...ALLOW, NotAction: 'sqs:*' }, 'Syntax errors in policy.'],
    [{ ...ALLOW, Condition: { StringSame: { 'aws:x': 'y' } } }, 'Syntax errors in policy.'],
    [{ Effect: 'Allow', Resource: '*' }, 'Policy statement must contain actions.'],
    [{ Effect: 'Allow', Action: 'sqs:*' }, 'Policy statement must contain resources.'],
    [{ ...ALLOW, Action: 'SendMessage' }, 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'],
    [{ ...ALLOW, Action: 'a:b:c' }, 'Actions/Condition can contain only one colon.'],
    [{ ...ALLOW, Action: 'a b:c' }, 'Vendor a b is not valid'],
    [{ ...ALLOW, Resource: 'queue' }, 'Resource queue must be in ARN format or "*".'],
    [{ ...ALLOW, Resource: 'arn:azure:sqs' }, 'Partition "azure" is not valid for resource "arn:azure:sqs:*:*:*".'],
    [{ ...ALLOW, Resource: 'arn:aws:*' }, 'Resource vendor must be fully qualified and cannot contain regexes.'],
    [
      { ...ALLOW, Resource: 'arn:aws:iam:us-east-1::role/x' },
      'IAM resource arn:aws:iam:us-east-1::role/x cannot contain region information.',
    ],
    [{ ...ALLOW, Principal: '*' }, 'Policy document should not specify a principal.'],
    [
      { ...ALLOW, Sid: 'not ok' },
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    ],
  ])('refuses the statement %j', (statement, message) => {
    expect(identity(statement)).toBe(message);
  });

  it('refuses two statements of one id', () => {
    const twice = {
      Version: '2012-10-17',
      Statement: [
        { ...ALLOW, Sid: 'A' },
        { ...ALLOW, Sid: 'A' },
      ],
    };
    expect(refusal(twice)).toBe('Statement IDs (SID) in a single policy must be unique.');
  });

  it('knows what a trust policy must and must not have', () => {
    const Principal = { AWS: '111111111111' };
    expect(refusal('nonsense', 'trust')).toBe('This policy contains invalid Json');
    expect(trust({ Principal, Resource: '*' })).toBe('Has prohibited field Resource');
    expect(trust({})).toBe('Missing required field Principal');
    expect(trust({ Principal, Action: 'sqs:SendMessage' })).toBe(
      'AssumeRole policy may only specify STS AssumeRole actions.',
    );
    expect(trust({ Principal: { AWS: 'arn:aws:iam::111111111111:role/*' } })).toBe(
      'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:role/*"',
    );
    expect(trust({ Principal: { Service: 'lambda' } })).toBe('Invalid principal in policy: "Service":"lambda"');
  });
});
