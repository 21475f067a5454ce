import { ifExists, refuseExisting } from '../handler-errors.ts';
import { jsonText, type ResourceProvider, type ResourceState, sameJson } from '../resource-provider.ts';
import { callOrganizations, retag } from './organizations-call.ts';

/**
 * The organization's one resource policy: a second one is refused.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-organizations-resourcepolicy.html
 */
export const organizationsResourcePolicy: ResourceProvider = {
  type: 'AWS::Organizations::ResourcePolicy',
  properties: ['Content', 'Tags'],
  required: ['Content'],
  replaceOn: [],
  seconds: { create: 5, update: 3, delete: 3 },
  async create(request) {
    const existing = await ifExists(() => callOrganizations(request, 'DescribeResourcePolicy', {}));
    await refuseExisting(request, async () => existing);
    const { ResourcePolicy } = await callOrganizations(request, 'PutResourcePolicy', {
      Content: jsonText(request.properties.Content),
      // Tags are taken only with the first request.
      ...(request.tags.length > 0 && !existing && { Tags: request.tags }),
    });
    return stateOf(ResourcePolicy);
  },
  async update(request, existing) {
    if (!sameJson(request.properties.Content, existing.properties.Content)) {
      await callOrganizations(request, 'PutResourcePolicy', { Content: jsonText(request.properties.Content) });
    }
    await retag(request, existing.physicalId, existing.tags);
    return existing;
  },
  async delete(request) {
    await ifExists(() => callOrganizations(request, 'DeleteResourcePolicy', {}));
  },
};

function stateOf({
  ResourcePolicySummary: { Id, Arn },
}: {
  ResourcePolicySummary: { Id: string; Arn: string };
}): ResourceState {
  return { physicalId: Id, attributes: { Id, Arn } };
}
