import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { type AwsManagedPolicy, awsManagedPolicies, awsManagedPolicy } from './aws-managed/aws-managed-policies.ts';
import type { IamDatabase } from './database.ts';
import { defaultDocument } from './effective-policies.ts';
import { accessTo, alreadyExists, deleteConflict, entitiesOf, type IamContext, noSuchEntity } from './iam-context.ts';
import { uniqueId } from './identifiers.ts';
import { ARN, DOCUMENT, optionalBoolean, optionalText, POLICY_NAME, pathOf, requiredText, tagsOf } from './input.ts';
import { pageOf, pathPrefix } from './paging.ts';
import { validatePolicy } from './policy/validate.ts';
import { policySize, quotaExceeded } from './quotas.ts';
import type { ManagedPolicyRecord } from './records.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html and its neighbours. */
export function managedPolicyOperations(iam: IamContext): Record<string, Operation> {
  return {
    CreatePolicy: {
      authorize: (input, { accountId }) => [
        accessTo('CreatePolicy', policyArn(accountId, pathOf(input), requiredText(input, 'PolicyName', POLICY_NAME)), {
          requestTags: tagsOf(input),
        }),
      ],
      handle: (input, { accountId }) => {
        const policy = createPolicy(iam, accountId, input);
        return { Policy: policyView(iam, policy, accountId) };
      },
    },
    GetPolicy: {
      authorize: (input) => [policyAccess(iam, 'GetPolicy', input)],
      handle: (input, { accountId }) => {
        const arn = requiredText(input, 'PolicyArn', ARN);
        const managed = awsManagedPolicy(arn);
        return {
          Policy: managed
            ? awsPolicyView(iam, managed, accountId)
            : policyView(iam, existingPolicy(iam, accountId, arn), accountId),
        };
      },
    },
    ListPolicies: {
      authorize: (input, { accountId }) => [
        accessTo('ListPolicies', `arn:aws:iam::${accountId}:policy${pathPrefix(input)}`),
      ],
      handle: (input, { accountId }) => listPolicies(iam, accountId, input),
    },
    DeletePolicy: {
      authorize: (input) => [policyAccess(iam, 'DeletePolicy', input)],
      handle: (input, { accountId }) => deletePolicy(iam, accountId, input),
    },
  };
}

/** The access request of an operation on the policy that `PolicyArn` names. */
export function policyAccess(iam: IamContext, action: string, input: OperationInput) {
  const arn = requiredText(input, 'PolicyArn', ARN);
  return accessTo(action, arn, { entity: iam.database.policies.get(arn) });
}

/** A customer managed policy of the account. Throws AwsError NoSuchEntity. */
export function existingPolicy(iam: IamContext, accountId: string, arn: string): ManagedPolicyRecord {
  const policy = iam.database.policies.get(arn);
  if (policy?.accountId !== accountId) throw noSuchEntity(`Policy ${arn} was not found.`);
  return policy;
}

/** The current text of a managed policy, the account's own or AWS's; undefined if there is none. */
export function managedPolicyText(database: IamDatabase, arn: string): string | undefined {
  const own = database.policies.get(arn);
  return own ? defaultDocument(own) : awsManagedPolicy(arn)?.document;
}

/** Checks the text of a managed policy. Throws AwsError MalformedPolicyDocument or LimitExceeded. */
export function checkedDocument(iam: IamContext, input: OperationInput): string {
  const text = requiredText(input, 'PolicyDocument', DOCUMENT);
  validatePolicy(text, 'identity');
  if (policySize(text) > iam.quotas.managedPolicySize) throw quotaExceeded('PolicySize', iam.quotas.managedPolicySize);
  return text;
}

function policyArn(accountId: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:policy${path}${name}`;
}

function createPolicy(iam: IamContext, accountId: string, input: OperationInput): ManagedPolicyRecord {
  const { database, quotas } = iam;
  const name = requiredText(input, 'PolicyName', POLICY_NAME);
  const path = pathOf(input);
  const document = checkedDocument(iam, input);
  const own = database.policies.values(`arn:aws:iam::${accountId}:policy/`);
  // The name is unique in the account whatever the path.
  if (own.some((policy) => policy.name.toLowerCase() === name.toLowerCase())) {
    throw alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
  }
  if (own.length >= quotas.policiesPerAccount) throw quotaExceeded('PoliciesPerAccount', quotas.policiesPerAccount);
  const now = Math.floor(database.clock.now() / 1000) * 1000;
  const description = optionalText(input, 'Description', { max: 1000 });
  const policy: ManagedPolicyRecord = {
    accountId,
    name,
    path,
    arn: policyArn(accountId, path, name),
    id: uniqueId('ANPA'),
    createdAt: now,
    updatedAt: now,
    tags: tagsOf(input),
    defaultVersionId: 'v1',
    versions: [{ id: 'v1', document, createdAt: now }],
    nextVersion: 2,
    ...(description !== undefined && { description }),
  };
  database.policies.put(policy.arn, policy, iam.changeDelay());
  return policy;
}

function deletePolicy(iam: IamContext, accountId: string, input: OperationInput): undefined {
  const policy = existingPolicy(iam, accountId, requiredText(input, 'PolicyArn', ARN));
  const { attached, boundaries } = usesOf(iam, accountId, policy.arn);
  if (attached + boundaries > 0) throw deleteConflict('Cannot delete a policy attached to entities.');
  if (policy.versions.length > 1) {
    throw deleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
  }
  iam.database.policies.delete(policy.arn, iam.changeDelay());
  return undefined;
}

function listPolicies(iam: IamContext, accountId: string, input: OperationInput) {
  const scope = optionalText(input, 'Scope') ?? 'All';
  if (!['All', 'AWS', 'Local'].includes(scope)) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${scope}' at 'scope' failed to satisfy constraint: Member must satisfy enum value set: [All, Local, AWS]`,
    );
  }
  const own = scope === 'AWS' ? [] : policiesIn(iam, accountId).map((policy) => policyView(iam, policy, accountId));
  const aws =
    scope === 'Local' ? [] : [...awsManagedPolicies().values()].map((policy) => awsPolicyView(iam, policy, accountId));
  const shown = [...own, ...aws]
    .filter(({ Path }) => Path.startsWith(pathPrefix(input)))
    .filter(({ AttachmentCount }) => !optionalBoolean(input, 'OnlyAttached') || AttachmentCount > 0)
    // Lists leave descriptions and tags out.
    .map((policy) => ({ ...policy, Description: undefined, Tags: undefined }));
  return pageOf('Policies', shown, input);
}

/** The customer managed policies of an account. */
export function policiesIn(iam: IamContext, accountId: string): ManagedPolicyRecord[] {
  return iam.database.policies.list(`arn:aws:iam::${accountId}:policy/`);
}

/** How many roles and users of the account use the policy, as permissions and as boundary. */
function usesOf(iam: IamContext, accountId: string, arn: string): { attached: number; boundaries: number } {
  const entities = entitiesOf(iam, accountId);
  return {
    attached: entities.filter(({ attachedPolicies }) => attachedPolicies.includes(arn)).length,
    boundaries: entities.filter(({ permissionsBoundary }) => permissionsBoundary === arn).length,
  };
}

/** A customer managed policy as IAM's answers show it. */
export function policyView(iam: IamContext, policy: ManagedPolicyRecord, accountId: string) {
  const { attached, boundaries } = usesOf(iam, accountId, policy.arn);
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: boundaries,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(policy.updatedAt),
    Tags: policy.tags.length > 0 ? policy.tags : undefined,
  };
}

/** When AWS's own policies were made is not kept here. */
const AWS_POLICY_DATE = new Date('2015-02-06T18:39:46Z');

function awsPolicyView(iam: IamContext, policy: AwsManagedPolicy, accountId: string) {
  const { attached, boundaries } = usesOf(iam, accountId, policy.arn);
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.versionId,
    AttachmentCount: attached,
    PermissionsBoundaryUsageCount: boundaries,
    IsAttachable: !policy.path.startsWith('/aws-service-role/'),
    Description: policy.description,
    CreateDate: AWS_POLICY_DATE,
    UpdateDate: AWS_POLICY_DATE,
    Tags: undefined,
  };
}
