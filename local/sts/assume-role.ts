import { accessDenied } from '../iam/authorize.ts';
import { entityKey, iamDatabase, parseEntityArn } from '../iam/database.ts';
import { NAME, optionalInteger, optionalText, requiredText, tagsOf, textList } from '../iam/input.ts';
import { managedPolicyText } from '../iam/managed-policies.ts';
import { validatePolicy } from '../iam/policy/validate.ts';
import type { RoleRecord, Tag } from '../iam/records.ts';
import { roleSession, type SessionCaller } from '../iam/session.ts';
import { evaluatedTrustPolicy } from '../iam/trust.ts';
import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Cloud, OperationInput, RequestContext } from '../kernel/service.ts';
import { credentialsView } from './credentials-view.ts';

const CHAINED_LIMIT = 3_600;
/** Characters of session policies and tags together, before AWS packs them. */
const PACKED_LIMIT = 2_048;

interface AssumeRoleInput {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId?: string;
  readonly sourceIdentity?: string;
  readonly tags: readonly Tag[];
  readonly transitiveTagKeys: readonly string[];
  readonly inlinePolicy: string;
  readonly sessionPolicies: readonly string[];
  readonly duration?: number;
}

/**
 * A session of a role, if its trust policy and the caller's own policies allow.
 * Throws AwsError AccessDenied, ValidationError, MalformedPolicyDocument, PackedPolicyTooLarge.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function assumeRole(cloud: Cloud, raw: OperationInput, context: RequestContext) {
  const caller: SessionCaller = context.caller;
  const input = parseInput(cloud, raw);
  const entity = parseEntityArn(input.roleArn, 'role');
  const role = entity && iamDatabase(cloud).roles.effective(entityKey(entity.accountId, entity.name)).value;
  if (role?.arn !== input.roleArn) {
    throw accessDenied(caller, { action: 'sts:AssumeRole', resource: input.roleArn }, '', 'sts');
  }
  cloud.identity.authorize(caller, accessRequests(role, caller, input), { region: context.region, service: 'sts' });
  const duration = checkedDuration(caller, role, input.duration);
  const session = newSession(cloud, caller, role, input);
  const packed = packedSize(input);
  return {
    Credentials: credentialsView(cloud.identity.credentials(session, duration)),
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
    PackedPolicySize: packed > 0 ? Math.ceil((packed / PACKED_LIMIT) * 100) : undefined,
    SourceIdentity: session.sourceIdentity,
  };
}

function parseInput(cloud: Cloud, raw: OperationInput): AssumeRoleInput {
  const policy = optionalText(raw, 'Policy', { min: 1, max: 2_048 });
  if (policy !== undefined) validatePolicy(policy, 'session');
  const externalId = optionalText(raw, 'ExternalId', { min: 2, max: 1_224, pattern: /^[\w+=,.@:/-]*$/ });
  const sourceIdentity = optionalText(raw, 'SourceIdentity', { min: 2, max: 64, pattern: NAME });
  const duration = optionalInteger(raw, 'DurationSeconds', { min: 900, max: 43_200 });
  const input: AssumeRoleInput = {
    roleArn: checkedArn(requiredText(raw, 'RoleArn', { min: 20, max: 2_048 })),
    sessionName: requiredText(raw, 'RoleSessionName', { min: 2, max: 64, pattern: NAME }),
    tags: tagsOf(raw),
    transitiveTagKeys: textList(raw, 'TransitiveTagKeys'),
    inlinePolicy: policy ?? '',
    sessionPolicies: [...(policy === undefined ? [] : [policy]), ...namedPolicies(cloud, raw)],
    ...(externalId !== undefined && { externalId }),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(duration !== undefined && { duration }),
  };
  if (packedSize(input) > PACKED_LIMIT) {
    throw new AwsError(
      'PackedPolicyTooLarge',
      `Serialized token too large for session: session policies and tags take ${packedSize(input)} of ${PACKED_LIMIT} characters.`,
    );
  }
  return input;
}

function checkedArn(arn: string): string {
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/.test(arn)) throw new AwsError('ValidationError', `${arn} is invalid`);
  return arn;
}

/** The texts of `PolicyArns`, which are managed policies. */
function namedPolicies(cloud: Cloud, raw: OperationInput): string[] {
  const named: unknown = raw.PolicyArns ?? [];
  if (!Array.isArray(named) || named.length > 10) {
    throw new AwsError('ValidationError', 'PolicyArns is a list of at most 10 policies.');
  }
  return named.map((one: OperationInput) => {
    const arn = requiredText(one ?? {}, 'arn', { min: 20, max: 2_048 });
    const text = managedPolicyText(iamDatabase(cloud), arn);
    if (text === undefined) throw new AwsError('InvalidParameterValue', `The policy ${arn} does not exist.`);
    return text;
  });
}

function packedSize(input: AssumeRoleInput): number {
  const tags = input.tags.reduce((sum, { Key, Value }) => sum + Key.length + Value.length, 0);
  // Managed policies are packed as their ARNs; their texts do not count.
  return tags + input.inlinePolicy.length;
}

/** AssumeRole itself, and an action of its own for session tags and for the source identity. */
function accessRequests(role: RoleRecord, caller: SessionCaller, input: AssumeRoleInput): AccessRequest[] {
  const conditions: Record<string, string | readonly string[]> = { 'sts:RoleSessionName': input.sessionName };
  if (input.externalId !== undefined) conditions['sts:ExternalId'] = input.externalId;
  const sourceIdentity = input.sourceIdentity ?? caller.sourceIdentity;
  if (sourceIdentity !== undefined) conditions['sts:SourceIdentity'] = sourceIdentity;
  for (const { Key, Value } of role.tags) {
    conditions[`aws:ResourceTag/${Key}`] = Value;
    conditions[`iam:ResourceTag/${Key}`] = Value;
  }
  for (const { Key, Value } of input.tags) conditions[`aws:RequestTag/${Key}`] = Value;
  if (input.tags.length > 0) conditions['aws:TagKeys'] = input.tags.map(({ Key }) => Key);
  if (input.transitiveTagKeys.length > 0) conditions['sts:TransitiveTagKeys'] = input.transitiveTagKeys;
  const tagged = input.tags.length > 0 || (caller.transitiveTagKeys ?? []).length > 0;
  const actions = [
    'sts:AssumeRole',
    ...(tagged ? ['sts:TagSession'] : []),
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  return actions.map((action) => ({
    action,
    resource: role.arn,
    conditions,
    resourcePolicy: evaluatedTrustPolicy(role),
    resourceAccountId: role.accountId,
  }));
}

/** Seconds. Throws AwsError ValidationError. */
function checkedDuration(caller: SessionCaller, role: RoleRecord, asked: number | undefined): number {
  const chained = caller.kind === 'role';
  const duration = asked ?? 3_600;
  if (chained && duration > CHAINED_LIMIT) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (duration > role.maxSessionDuration) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  return duration;
}

function newSession(cloud: Cloud, caller: SessionCaller, role: RoleRecord, input: AssumeRoleInput): SessionCaller {
  const inherited = new Set((caller.transitiveTagKeys ?? []).map((key) => key.toLowerCase()));
  const overridden = input.tags.find(({ Key }) => inherited.has(Key.toLowerCase()));
  if (overridden) {
    throw new AwsError(
      'InvalidParameterValue',
      `One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.`,
    );
  }
  if (
    caller.sourceIdentity !== undefined &&
    (input.sourceIdentity ?? caller.sourceIdentity) !== caller.sourceIdentity
  ) {
    throw new AwsError('ValidationError', 'The source identity of a session cannot be changed by role chaining.');
  }
  const kept = Object.entries(caller.sessionTags ?? {}).filter(([key]) => inherited.has(key.toLowerCase()));
  const sessionTags = {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(input.tags.map((tag) => [tag.Key, tag.Value])),
  };
  const transitive = [...(caller.transitiveTagKeys ?? []), ...input.transitiveTagKeys];
  const sourceIdentity = input.sourceIdentity ?? caller.sourceIdentity;
  return {
    ...roleSession(role, input.sessionName, cloud.clock.now()),
    ...(input.sessionPolicies.length > 0 && { sessionPolicies: input.sessionPolicies }),
    ...(Object.keys(sessionTags).length > 0 && { sessionTags }),
    ...(transitive.length > 0 && { transitiveTagKeys: transitive }),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  };
}
