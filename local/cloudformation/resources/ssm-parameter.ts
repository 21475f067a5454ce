import { ifExists } from '../handler-errors.ts';
import { pick, type ResourceProvider, type ResourceRequest, type ResourceState } from '../resource-provider.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html */
export const ssmParameter: ResourceProvider = {
  type: 'AWS::SSM::Parameter',
  properties: ['AllowedPattern', 'DataType', 'Description', 'Name', 'Policies', 'Tags', 'Tier', 'Type', 'Value'],
  required: ['Type', 'Value'],
  replaceOn: ['Name'],
  name: { property: 'Name', maximum: 2048 },
  seconds: { create: 3, update: 3, delete: 2 },
  create: (request) => put(request, request.resumed),
  update: (request) => put(request, true),
  async delete(request, existing) {
    await ifExists(() => request.call('ssm', 'DeleteParameter', { Name: existing.physicalId }));
  },
};

async function put(request: ResourceRequest, Overwrite: boolean): Promise<ResourceState> {
  const { name: Name, properties, tags } = request;
  const members = pick(properties, ['AllowedPattern', 'DataType', 'Description', 'Policies', 'Tier', 'Type']);
  // Parameter store keeps one kind of tags in its map form in templates, and takes none together with Overwrite.
  const Tags = tags.length > 0 && !Overwrite ? { Tags: tags } : {};
  await request.call('ssm', 'PutParameter', { Name, ...members, Value: String(properties.Value), Overwrite, ...Tags });
  return { physicalId: Name, attributes: { Type: properties.Type, Value: String(properties.Value) } };
}
