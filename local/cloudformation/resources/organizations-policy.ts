import { adoptExisting, handlerErrorCode, ifExists } from '../handler-errors.ts';
import {
  jsonText,
  type Properties,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  sameJson,
} from '../resource-provider.ts';
import { callOrganizations, listOrganizations, retag } from './organizations-call.ts';

interface Summary {
  readonly Id: string;
  readonly Arn: string;
  readonly Name: string;
  readonly AwsManaged: boolean;
}

/**
 * A policy with what it is attached to. `Content` is an object or JSON text.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-organizations-policy.html
 */
export const organizationsPolicy: ResourceProvider = {
  type: 'AWS::Organizations::Policy',
  properties: ['Content', 'Description', 'Name', 'Tags', 'TargetIds', 'Type'],
  required: ['Content', 'Name', 'Type'],
  replaceOn: ['Type'],
  seconds: { create: 5, update: 5, delete: 5 },
  async create(request) {
    const { Type } = request.properties;
    const input = { ...documentOf(request.properties), Type, ...(request.tags.length > 0 && { Tags: request.tags }) };
    const made = await adoptExisting(request, () => callOrganizations(request, 'CreatePolicy', input));
    const summary: Summary = made?.Policy.PolicySummary ?? (await summaryOf(request));
    request.initiated(summary.Id);
    await attach(request, summary.Id, targetsOf(request.properties));
    return stateOf(summary);
  },
  async update(request, existing) {
    const PolicyId = existing.physicalId;
    const document = documentOf(request.properties);
    if (!sameJson(document, documentOf(existing.properties))) {
      await callOrganizations(request, 'UpdatePolicy', { PolicyId, ...document });
    }
    const [before, after] = [targetsOf(existing.properties), targetsOf(request.properties)];
    // Attached first: at no moment is there neither the old nor the new.
    await attach(
      request,
      PolicyId,
      after.filter((id) => !before.includes(id)),
    );
    await detach(
      request,
      PolicyId,
      before.filter((id) => !after.includes(id)),
    );
    await retag(request, PolicyId, existing.tags);
    return existing;
  },
  async delete(request, existing) {
    const PolicyId = existing.physicalId;
    const targets = await ifExists(() =>
      listOrganizations<{ TargetId: string }>(request, 'ListTargetsForPolicy', { PolicyId }, 'Targets'),
    );
    if (!targets) return;
    // Lists may be a moment behind, so what the template names counts too.
    const ids = new Set([...targetsOf(existing.properties), ...targets.map(({ TargetId }) => TargetId)]);
    await detach(request, PolicyId, [...ids]);
    await ifExists(() => callOrganizations(request, 'DeletePolicy', { PolicyId }));
  },
};

function documentOf({ Name, Description, Content }: Properties) {
  return { Name, Description: Description ?? '', Content: jsonText(Content) };
}

function targetsOf(properties: Properties): string[] {
  return properties.TargetIds ?? [];
}

async function attach(request: ResourceRequest, PolicyId: string, targets: readonly string[]): Promise<void> {
  for (const TargetId of targets) {
    try {
      await callOrganizations(request, 'AttachPolicy', { PolicyId, TargetId });
    } catch (error) {
      if (handlerErrorCode(error) !== 'AlreadyExists') throw error;
    }
  }
}

async function detach(request: ResourceRequest, PolicyId: string, targets: readonly string[]): Promise<void> {
  for (const TargetId of targets) {
    await ifExists(() => callOrganizations(request, 'DetachPolicy', { PolicyId, TargetId }));
  }
}

/** The policy that an earlier try made; lists show it a moment later. */
async function summaryOf(request: ResourceRequest): Promise<Summary> {
  const { Name, Type } = request.properties;
  let found: Summary | undefined;
  const look = async () => {
    const policies = await listOrganizations<Summary>(request, 'ListPolicies', { Filter: Type }, 'Policies');
    found = policies.find((policy) => policy.Name === Name);
    return found !== undefined;
  };
  await request.waitUntil(look, 3, 60);
  if (!found) throw new Error(`the policy ${Name} is not listed`);
  return found;
}

function stateOf({ Id, Arn, AwsManaged }: Summary): ResourceState {
  return { physicalId: Id, attributes: { Id, Arn, AwsManaged } };
}
