import { adoptExisting, ifExists } from '../handler-errors.ts';
import {
  type ExistingResource,
  jsonText,
  numberOf,
  type Properties,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  sameJson,
  tagChanges,
} from '../resource-provider.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html */
export const iamRole: ResourceProvider = {
  type: 'AWS::IAM::Role',
  properties: [
    'AssumeRolePolicyDocument',
    'Description',
    'ManagedPolicyArns',
    'MaxSessionDuration',
    'Path',
    'PermissionsBoundary',
    'Policies',
    'RoleName',
    'Tags',
  ],
  required: ['AssumeRolePolicyDocument'],
  replaceOn: ['RoleName', 'Path'],
  name: { property: 'RoleName', maximum: 64 },
  // Most of it is waiting until IAM's other regions know the role.
  seconds: { create: 15, update: 5, delete: 2 },
  async create(request) {
    const { properties, name: RoleName } = request;
    const create = () =>
      request.call('iam', 'CreateRole', {
        RoleName,
        AssumeRolePolicyDocument: jsonText(properties.AssumeRolePolicyDocument),
        Path: properties.Path,
        Description: properties.Description,
        MaxSessionDuration: numberOf(properties.MaxSessionDuration),
        PermissionsBoundary: properties.PermissionsBoundary,
        Tags: request.tags.length > 0 ? request.tags : undefined,
      });
    await adoptExisting(request, create);
    request.initiated(RoleName);
    await setPolicies(request, RoleName, {}, properties);
    return describeRole(request, RoleName);
  },
  async update(request, existing) {
    const { properties } = request;
    const RoleName = existing.physicalId;
    const before = existing.properties;
    if (!sameJson(before.AssumeRolePolicyDocument, properties.AssumeRolePolicyDocument)) {
      const PolicyDocument = jsonText(properties.AssumeRolePolicyDocument);
      await request.call('iam', 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument });
    }
    if (before.Description !== properties.Description || before.MaxSessionDuration !== properties.MaxSessionDuration) {
      const MaxSessionDuration = numberOf(properties.MaxSessionDuration) ?? 3600;
      await request.call('iam', 'UpdateRole', {
        RoleName,
        Description: properties.Description ?? '',
        MaxSessionDuration,
      });
    }
    await setBoundary(request, RoleName, before.PermissionsBoundary, properties.PermissionsBoundary);
    await setPolicies(request, RoleName, before, properties);
    const tags = tagChanges(existing.tags, request.tags);
    if (tags.remove.length > 0) await request.call('iam', 'UntagRole', { RoleName, TagKeys: tags.remove });
    if (tags.set.length > 0) await request.call('iam', 'TagRole', { RoleName, Tags: tags.set });
    return describeRole(request, RoleName);
  },
  async delete(request, existing) {
    const RoleName = existing.physicalId;
    if ((await ifExists(() => request.call('iam', 'GetRole', { RoleName }))) === undefined) return;
    await setPolicies(request, RoleName, existing.properties, {});
    await ifExists(() => request.call('iam', 'DeleteRole', { RoleName }));
  },
};

async function describeRole(request: ResourceRequest, RoleName: string): Promise<ResourceState> {
  const { Role } = await request.call('iam', 'GetRole', { RoleName });
  return { physicalId: RoleName, attributes: { Arn: Role.Arn, RoleId: Role.RoleId } };
}

async function setBoundary(request: ResourceRequest, RoleName: string, before: unknown, after: unknown): Promise<void> {
  if (before === after) return;
  if (after === undefined) await request.call('iam', 'DeleteRolePermissionsBoundary', { RoleName });
  else await request.call('iam', 'PutRolePermissionsBoundary', { RoleName, PermissionsBoundary: after });
}

/** Brings attached and inline policies from `before` to `after`; both may have been done in part. */
async function setPolicies(
  request: ResourceRequest,
  RoleName: string,
  before: Properties,
  after: Properties,
): Promise<void> {
  const attached: string[] = after.ManagedPolicyArns ?? [];
  for (const PolicyArn of (before.ManagedPolicyArns ?? []) as string[]) {
    if (attached.includes(PolicyArn)) continue;
    await ifExists(() => request.call('iam', 'DetachRolePolicy', { RoleName, PolicyArn }));
  }
  for (const PolicyArn of attached) await request.call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
  const inline: Properties[] = after.Policies ?? [];
  for (const { PolicyName } of (before.Policies ?? []) as Properties[]) {
    if (inline.some((policy) => policy.PolicyName === PolicyName)) continue;
    await ifExists(() => request.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }));
  }
  for (const policy of inline) {
    const PolicyDocument = jsonText(policy.PolicyDocument);
    await request.call('iam', 'PutRolePolicy', { RoleName, PolicyName: policy.PolicyName, PolicyDocument });
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-instanceprofile.html */
export const iamInstanceProfile: ResourceProvider = {
  type: 'AWS::IAM::InstanceProfile',
  properties: ['InstanceProfileName', 'Path', 'Roles'],
  required: ['Roles'],
  replaceOn: ['InstanceProfileName', 'Path'],
  name: { property: 'InstanceProfileName', maximum: 128 },
  seconds: { create: 120, delete: 2 },
  async create(request) {
    const { name: InstanceProfileName, properties } = request;
    await adoptExisting(request, () =>
      request.call('iam', 'CreateInstanceProfile', { InstanceProfileName, Path: properties.Path }),
    );
    request.initiated(InstanceProfileName);
    for (const RoleName of properties.Roles) {
      await request.call('iam', 'AddRoleToInstanceProfile', { InstanceProfileName, RoleName });
    }
    return describeProfile(request, InstanceProfileName);
  },
  async delete(request, existing: ExistingResource) {
    const InstanceProfileName = existing.physicalId;
    for (const RoleName of existing.properties.Roles) {
      await ifExists(() => request.call('iam', 'RemoveRoleFromInstanceProfile', { InstanceProfileName, RoleName }));
    }
    await ifExists(() => request.call('iam', 'DeleteInstanceProfile', { InstanceProfileName }));
  },
};

async function describeProfile(request: ResourceRequest, InstanceProfileName: string): Promise<ResourceState> {
  const { InstanceProfile } = await request.call('iam', 'GetInstanceProfile', { InstanceProfileName });
  return { physicalId: InstanceProfileName, attributes: { Arn: InstanceProfile.Arn } };
}
