import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { awsManagedPolicy } from './aws-managed/aws-managed-policies.ts';
import { deleteConflict, type IamContext, noSuchEntity } from './iam-context.ts';
import { ARN, optionalBoolean, requiredText } from './input.ts';
import { checkedDocument, existingPolicy, policyAccess } from './managed-policies.ts';
import { encodeDocument, pageOf } from './paging.ts';
import type { ManagedPolicyRecord, PolicyVersionRecord } from './records.ts';
import { wholeSeconds } from './roles.ts';

const VERSION_ID = { pattern: /^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?$/ };

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html */
export function policyVersionOperations(iam: IamContext): Record<string, Operation> {
  const named = (action: string, handle: Operation['handle']): Operation => ({
    authorize: (input) => [policyAccess(iam, action, input)],
    handle,
  });
  return {
    CreatePolicyVersion: named('CreatePolicyVersion', (input, { accountId }) => createVersion(iam, accountId, input)),
    GetPolicyVersion: named('GetPolicyVersion', (input, { accountId }) => {
      const { policy, version } = readVersion(iam, accountId, input);
      return { PolicyVersion: versionView(policy, version, true) };
    }),
    ListPolicyVersions: named('ListPolicyVersions', (input, { accountId }) => {
      const policy = anyPolicy(iam, accountId, requiredText(input, 'PolicyArn', ARN));
      const newestFirst = [...policy.versions].reverse();
      return pageOf(
        'Versions',
        newestFirst.map((version) => versionView(policy, version, false)),
        input,
      );
    }),
    SetDefaultPolicyVersion: named('SetDefaultPolicyVersion', (input, { accountId }) => {
      const { policy, version } = ownVersion(iam, accountId, input);
      save(iam, { ...policy, defaultVersionId: version.id });
      return undefined;
    }),
    DeletePolicyVersion: named('DeletePolicyVersion', (input, { accountId }) => {
      const { policy, version } = ownVersion(iam, accountId, input);
      if (version.id === policy.defaultVersionId) {
        throw deleteConflict('Cannot delete the default version of a policy.');
      }
      save(iam, { ...policy, versions: policy.versions.filter(({ id }) => id !== version.id) });
      return undefined;
    }),
  };
}

function createVersion(iam: IamContext, accountId: string, input: OperationInput) {
  const document = checkedDocument(iam, input);
  const policy = existingPolicy(iam, accountId, requiredText(input, 'PolicyArn', ARN));
  const limit = iam.quotas.versionsPerPolicy;
  if (policy.versions.length >= limit) {
    throw new AwsError(
      'LimitExceeded',
      `A managed policy can have up to ${limit} versions. Before you create a new version, you must delete an existing version.`,
      { status: 409 },
    );
  }
  const version = { id: `v${policy.nextVersion}`, document, createdAt: wholeSeconds(iam) };
  const updated = {
    ...policy,
    versions: [...policy.versions, version],
    nextVersion: policy.nextVersion + 1,
    updatedAt: version.createdAt,
    ...(optionalBoolean(input, 'SetAsDefault') && { defaultVersionId: version.id }),
  };
  save(iam, updated);
  return { PolicyVersion: versionView(updated, version, false) };
}

function save(iam: IamContext, policy: ManagedPolicyRecord): void {
  iam.database.policies.put(policy.arn, policy, iam.changeDelay());
}

type Versions = Pick<ManagedPolicyRecord, 'versions' | 'defaultVersionId'>;

/** AWS's own policies are shown with their one version that is known here. */
function anyPolicy(iam: IamContext, accountId: string, arn: string): Versions {
  const managed = awsManagedPolicy(arn);
  if (!managed) return existingPolicy(iam, accountId, arn);
  const version = { id: managed.versionId, document: managed.document, createdAt: 0 };
  return { versions: [version], defaultVersionId: managed.versionId };
}

function readVersion(iam: IamContext, accountId: string, input: OperationInput) {
  const policy = anyPolicy(iam, accountId, requiredText(input, 'PolicyArn', ARN));
  return { policy, version: versionOf(policy, input) };
}

function ownVersion(iam: IamContext, accountId: string, input: OperationInput) {
  const policy = existingPolicy(iam, accountId, requiredText(input, 'PolicyArn', ARN));
  return { policy, version: versionOf(policy, input) };
}

function versionOf(policy: Versions, input: OperationInput): PolicyVersionRecord {
  const id = requiredText(input, 'VersionId', VERSION_ID);
  const version = policy.versions.find((one) => one.id === id);
  if (!version) throw noSuchEntity(`Policy ${input.PolicyArn} version ${id} does not exist or is not attachable.`);
  return version;
}

function versionView(policy: Versions, version: PolicyVersionRecord, withDocument: boolean) {
  return {
    ...(withDocument && { Document: encodeDocument(version.document) }),
    VersionId: version.id,
    IsDefaultVersion: version.id === policy.defaultVersionId,
    CreateDate: new Date(version.createdAt),
  };
}
