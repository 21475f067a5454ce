import { iamDatabase } from '../iam/database.ts';
import { compilePolicy, type PolicyDocument } from '../iam/policy/document.ts';
import { evaluate } from '../iam/policy/evaluate.ts';
import { validatePolicy } from '../iam/policy/validate.ts';
import { requestConditions } from '../iam/request-conditions.ts';
import { trustedIds } from '../iam/trust.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { callerConditions, onKey } from './access.ts';
import { notFound } from './errors.ts';
import { type KeyRecord, type Keys, keyArn } from './keys.ts';
import { pageOf } from './pages.ts';

/** https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html */
const LARGEST_POLICY = 32_768;
const ALLOWS_ALL = compilePolicy(
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
);

/** Lets the account in, so that its IAM policies decide. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
export function defaultPolicy(accountId: string): string {
  const statement = {
    Sid: 'Enable IAM User Permissions',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: 'kms:*',
    Resource: '*',
  };
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement: [statement] });
}

/**
 * Refuses a key policy that KMS would not store: malformed, too long, with a role or user
 * that does not exist, or one under which the caller could not change it any
 * more (unless `BypassPolicyLockoutSafetyCheck`). Throws MalformedPolicyDocumentException and LimitExceededException.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
 */
export function checkedPolicy(
  cloud: Cloud,
  key: KeyRecord,
  policy: string,
  input: OperationInput,
  context: RequestContext,
): void {
  if (Buffer.byteLength(policy) > LARGEST_POLICY)
    throw new AwsError('LimitExceededException', `The key policy is longer than ${LARGEST_POLICY} bytes.`);
  const document = parsed(policy);
  // Without IAM there is nobody whom a policy could name.
  if (cloud.has('iam')) refuseStrangers(cloud, document);
  if (String(input.BypassPolicyLockoutSafetyCheck ?? false) === 'true') return;
  const { caller, region } = context;
  const { decision } = evaluate({
    principal: caller,
    action: 'kms:PutKeyPolicy',
    resource: keyArn(key),
    resourceAccountId: key.accountId,
    conditions: requestConditions({
      caller,
      principalTags: [],
      conditions: callerConditions(context),
      resourceAccountId: key.accountId,
      region,
      service: 'kms',
      now: cloud.clock.now(),
    }),
    // Whether IAM lets the caller is for another time: that can be put right without the key.
    identityPolicies: [ALLOWS_ALL],
    resourcePolicy: compilePolicy(policy),
    resourcePolicyRequired: true,
  });
  if (decision !== 'allow')
    throw new AwsError(
      'MalformedPolicyDocumentException',
      'The new key policy will not allow you to update the key policy in the future.',
    );
}

function parsed(policy: string): PolicyDocument {
  try {
    return validatePolicy(policy, 'resource');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('MalformedPolicyDocumentException', error.message);
  }
}

/** Roles and users have to exist, and to be known to KMS by now. */
function refuseStrangers(cloud: Cloud, document: PolicyDocument): void {
  try {
    trustedIds(iamDatabase(cloud), document);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw new AwsError(
      'MalformedPolicyDocumentException',
      'Policy contains a statement with one or more invalid principals.',
      { cause },
    );
  }
}

/** The one policy of a key, which is called `default`. */
export function policyOperations(cloud: Cloud, keys: Keys): Record<string, Operation> {
  return {
    PutKeyPolicy: {
      authorize: onKey('PutKeyPolicy', keys, (input) => ({
        'kms:BypassPolicyLockoutSafetyCheck': String(input.BypassPolicyLockoutSafetyCheck ?? false),
      })),
      handle(input, context) {
        const key = keys.require(input.KeyId, context);
        requireDefault(input);
        const policy = String(input.Policy ?? '');
        checkedPolicy(cloud, key, policy, input, context);
        keys.save({ ...key, policy });
      },
    },
    GetKeyPolicy: {
      authorize: onKey('GetKeyPolicy', keys),
      handle(input, context) {
        const { policy } = keys.require(input.KeyId, context);
        requireDefault(input);
        return { Policy: policy, PolicyName: 'default' };
      },
    },
    ListKeyPolicies: {
      authorize: onKey('ListKeyPolicies', keys),
      handle(input, context) {
        keys.require(input.KeyId, context);
        return pageOf(['default'], input, 'PolicyNames', 100);
      },
    },
  };
}

function requireDefault({ PolicyName = 'default' }: OperationInput): void {
  if (PolicyName !== 'default') throw notFound('No such policy exists');
}
