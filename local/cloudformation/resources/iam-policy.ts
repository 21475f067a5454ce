import { adoptExisting, ifExists } from '../handler-errors.ts';
import {
  jsonText,
  type Properties,
  type ResourceProvider,
  type ResourceRequest,
  sameJson,
  without,
} from '../resource-provider.ts';

/** The kinds of principals a policy attaches to: property, name member and the verbs of IAM's operations. */
const PRINCIPALS = [
  { property: 'Roles', member: 'RoleName', kind: 'Role' },
  { property: 'Users', member: 'UserName', kind: 'User' },
  { property: 'Groups', member: 'GroupName', kind: 'Group' },
] as const;

/** Inline policy of roles. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html */
export const iamPolicy: ResourceProvider = {
  type: 'AWS::IAM::Policy',
  properties: ['Groups', 'PolicyDocument', 'PolicyName', 'Roles', 'Users'],
  required: ['PolicyDocument', 'PolicyName'],
  replaceOn: [],
  seconds: { create: 15, update: 10, delete: 2 },
  async create(request) {
    const { PolicyName } = request.properties;
    request.initiated(PolicyName);
    await putInline(request, {});
    return { physicalId: PolicyName, attributes: { Id: PolicyName } };
  },
  async update(request, existing) {
    await putInline(request, existing.properties);
    const { PolicyName } = request.properties;
    return { physicalId: PolicyName, attributes: { Id: PolicyName } };
  },
  async delete(request, existing) {
    await removeInline(request, existing.properties, {});
  },
};

async function putInline(request: ResourceRequest, before: Properties): Promise<void> {
  const { properties } = request;
  const PolicyDocument = jsonText(properties.PolicyDocument);
  for (const { property, member, kind } of PRINCIPALS) {
    for (const name of (properties[property] ?? []) as string[]) {
      await request.call('iam', `Put${kind}Policy`, {
        [member]: name,
        PolicyName: properties.PolicyName,
        PolicyDocument,
      });
    }
  }
  await removeInline(request, before, properties);
}

/** Takes the policy off principals that `after` does not name, and the old name off all when the name changed. */
async function removeInline(request: ResourceRequest, before: Properties, after: Properties): Promise<void> {
  const renamed = before.PolicyName !== after.PolicyName;
  for (const { property, member, kind } of PRINCIPALS) {
    for (const name of (before[property] ?? []) as string[]) {
      if (!renamed && (after[property] ?? []).includes(name)) continue;
      await ifExists(() =>
        request.call('iam', `Delete${kind}Policy`, { [member]: name, PolicyName: before.PolicyName }),
      );
    }
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html */
export const iamManagedPolicy: ResourceProvider = {
  type: 'AWS::IAM::ManagedPolicy',
  properties: ['Description', 'Groups', 'ManagedPolicyName', 'Path', 'PolicyDocument', 'Roles', 'Users'],
  required: ['PolicyDocument'],
  replaceOn: ['Description', 'ManagedPolicyName', 'Path'],
  name: { property: 'ManagedPolicyName', maximum: 128 },
  seconds: { create: 15, update: 10, delete: 2 },
  async create(request) {
    const { properties, name: PolicyName } = request;
    const input = {
      PolicyName,
      ...without({ Path: properties.Path, Description: properties.Description }),
      PolicyDocument: jsonText(properties.PolicyDocument),
    };
    await adoptExisting(request, () => request.call('iam', 'CreatePolicy', input));
    const arn = `arn:aws:iam::${request.stack.accountId}:policy${properties.Path ?? '/'}${PolicyName}`;
    request.initiated(arn);
    await attach(request, arn, {}, properties);
    return { physicalId: arn, attributes: { PolicyArn: arn, IsAttachable: true, DefaultVersionId: 'v1' } };
  },
  async update(request, existing) {
    const arn = existing.physicalId;
    if (!sameJson(existing.properties.PolicyDocument, request.properties.PolicyDocument))
      await newVersion(request, arn);
    await attach(request, arn, existing.properties, request.properties);
    return { ...existing, physicalId: arn };
  },
  async delete(request, existing) {
    const PolicyArn = existing.physicalId;
    if ((await ifExists(() => request.call('iam', 'GetPolicy', { PolicyArn }))) === undefined) return;
    await attach(request, PolicyArn, existing.properties, {});
    for (const VersionId of await oldVersions(request, PolicyArn)) {
      await request.call('iam', 'DeletePolicyVersion', { PolicyArn, VersionId });
    }
    await ifExists(() => request.call('iam', 'DeletePolicy', { PolicyArn }));
  },
};

/** A policy keeps five versions: the oldest makes room. */
async function newVersion(request: ResourceRequest, PolicyArn: string): Promise<void> {
  const old = await oldVersions(request, PolicyArn);
  if (old.length >= 4) await request.call('iam', 'DeletePolicyVersion', { PolicyArn, VersionId: old.at(-1) });
  const PolicyDocument = jsonText(request.properties.PolicyDocument);
  await request.call('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true });
}

/** Versions that are not the default, newest first. */
async function oldVersions(request: ResourceRequest, PolicyArn: string): Promise<string[]> {
  const { Versions } = await request.call('iam', 'ListPolicyVersions', { PolicyArn });
  const versions = (Versions as { VersionId: string; IsDefaultVersion: boolean | string }[]).filter(
    (version) => String(version.IsDefaultVersion) !== 'true',
  );
  return versions.map((version) => version.VersionId).sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
}

async function attach(
  request: ResourceRequest,
  PolicyArn: string,
  before: Properties,
  after: Properties,
): Promise<void> {
  for (const { property, member, kind } of PRINCIPALS) {
    const names: string[] = after[property] ?? [];
    for (const name of (before[property] ?? []) as string[]) {
      if (names.includes(name)) continue;
      await ifExists(() => request.call('iam', `Detach${kind}Policy`, { [member]: name, PolicyArn }));
    }
    for (const name of names) await request.call('iam', `Attach${kind}Policy`, { [member]: name, PolicyArn });
  }
}
