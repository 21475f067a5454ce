import { adoptExisting, ifExists } from '../handler-errors.ts';
import { pick, type ResourceProvider, type ResourceRequest, type ResourceState } from '../resource-provider.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html */
export const lambdaVersion: ResourceProvider = {
  type: 'AWS::Lambda::Version',
  properties: ['CodeSha256', 'Description', 'FunctionName'],
  required: ['FunctionName'],
  replaceOn: ['CodeSha256', 'Description', 'FunctionName'],
  seconds: { create: 3, delete: 1 },
  async create(request) {
    // Publishing unchanged code again answers the version that exists, so a second try makes no second version.
    const input = pick(request.properties, ['CodeSha256', 'Description', 'FunctionName']);
    const { FunctionArn, Version } = await request.call('lambda', 'PublishVersion', input);
    return { physicalId: FunctionArn, attributes: { FunctionArn, Version } };
  },
  async delete(request, existing) {
    const parts = existing.physicalId.split(':');
    const Qualifier = parts.at(-1);
    await ifExists(() =>
      request.call('lambda', 'DeleteFunction', { FunctionName: parts.slice(0, 7).join(':'), Qualifier }),
    );
  },
};

const ALIAS_MEMBERS = ['Description', 'FunctionName', 'FunctionVersion', 'Name', 'RoutingConfig'];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html */
export const lambdaAlias: ResourceProvider = {
  type: 'AWS::Lambda::Alias',
  properties: ALIAS_MEMBERS,
  required: ['FunctionName', 'FunctionVersion', 'Name'],
  replaceOn: ['FunctionName', 'Name'],
  seconds: { create: 2, update: 2, delete: 1 },
  async create(request) {
    await adoptExisting(request, () => request.call('lambda', 'CreateAlias', pick(request.properties, ALIAS_MEMBERS)));
    return aliasState(request);
  },
  async update(request) {
    await request.call('lambda', 'UpdateAlias', pick(request.properties, ALIAS_MEMBERS));
    return aliasState(request);
  },
  async delete(request, existing) {
    await ifExists(() => request.call('lambda', 'DeleteAlias', pick(existing.properties, ['FunctionName', 'Name'])));
  },
};

function aliasState(request: ResourceRequest): ResourceState {
  const { FunctionName, Name } = request.properties;
  const arn = String(FunctionName).startsWith('arn:')
    ? `${String(FunctionName).split(':').slice(0, 7).join(':')}:${Name}`
    : `arn:aws:lambda:${request.stack.region}:${request.stack.accountId}:function:${FunctionName}:${Name}`;
  return { physicalId: arn, attributes: { AliasArn: arn } };
}
