import { adoptExisting, ifExists } from '../handler-errors.ts';
import {
  numberOf,
  type Properties,
  pick,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  sameJson,
  tagChanges,
  tagMap,
} from '../resource-provider.ts';
import { zipFiles } from '../zip.ts';

/** Configuration members that have the same name in the template and in the API. */
const CONFIGURATION = [
  'DeadLetterConfig',
  'Description',
  'Environment',
  'EphemeralStorage',
  'FileSystemConfigs',
  'Handler',
  'ImageConfig',
  'KmsKeyArn',
  'Layers',
  'LoggingConfig',
  'Role',
  'Runtime',
  'SnapStart',
  'TracingConfig',
  'VpcConfig',
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
export const lambdaFunction: ResourceProvider = {
  type: 'AWS::Lambda::Function',
  properties: [
    ...CONFIGURATION,
    'Architectures',
    'Code',
    'FunctionName',
    'MemorySize',
    'PackageType',
    'ReservedConcurrentExecutions',
    'Tags',
    'Timeout',
  ],
  required: ['Code', 'Role'],
  replaceOn: ['FunctionName', 'PackageType'],
  name: { property: 'FunctionName', maximum: 64 },
  seconds: { create: 8, update: 8, delete: 3 },
  async create(request) {
    const { properties, name: FunctionName } = request;
    const create = () =>
      request.call('lambda', 'CreateFunction', {
        FunctionName,
        ...configurationOf(properties),
        ...pick(properties, ['Architectures', 'PackageType']),
        Code: codeOf(properties.Code),
        ...(request.tags.length > 0 && { Tags: tagMap(request.tags) }),
      });
    await adoptExisting(request, create);
    request.initiated(FunctionName);
    await ready(request, FunctionName);
    await setConcurrency(request, FunctionName);
    return stateOf(request, FunctionName);
  },
  async update(request, existing) {
    const { properties } = request;
    const FunctionName = existing.physicalId;
    const before = existing.properties;
    if (!sameJson([before.Code, before.Architectures], [properties.Code, properties.Architectures])) {
      const input = { FunctionName, ...codeOf(properties.Code), ...pick(properties, ['Architectures']) };
      await request.call('lambda', 'UpdateFunctionCode', input);
      await ready(request, FunctionName);
    }
    if (!sameJson(configurationOf(before), configurationOf(properties))) {
      // A member that the template dropped goes back to its default.
      const dropped = Object.keys(configurationOf(before)).filter((name) => properties[name] === undefined);
      const input = { FunctionName, ...configurationOf(properties), ...pick(DEFAULTS, dropped) };
      await request.call('lambda', 'UpdateFunctionConfiguration', input);
      await ready(request, FunctionName);
    }
    await setConcurrency(request, FunctionName, before.ReservedConcurrentExecutions);
    const state = stateOf(request, FunctionName);
    const tags = tagChanges(existing.tags, request.tags);
    const Resource = state.attributes?.Arn;
    if (tags.remove.length > 0) await request.call('lambda', 'UntagResource', { Resource, TagKeys: tags.remove });
    if (tags.set.length > 0) await request.call('lambda', 'TagResource', { Resource, Tags: tagMap(tags.set) });
    return state;
  },
  async delete(request, existing) {
    await ifExists(() => request.call('lambda', 'DeleteFunction', { FunctionName: existing.physicalId }));
  },
};

const DEFAULTS: Properties = {
  DeadLetterConfig: { TargetArn: '' },
  Description: '',
  Environment: { Variables: {} },
  EphemeralStorage: { Size: 512 },
  Layers: [],
  MemorySize: 128,
  Timeout: 3,
  TracingConfig: { Mode: 'PassThrough' },
  VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
};

function configurationOf(properties: Properties): Properties {
  const { MemorySize, Timeout } = properties;
  return {
    ...pick(properties, CONFIGURATION),
    ...(MemorySize !== undefined && { MemorySize: numberOf(MemorySize) }),
    ...(Timeout !== undefined && { Timeout: numberOf(Timeout) }),
  };
}

/** Inline code (`ZipFile` text) becomes a real zip with index.js, as CloudFormation makes it. */
function codeOf(code: Properties): Properties {
  if (code.ZipFile === undefined) return pick(code, ['S3Bucket', 'S3Key', 'S3ObjectVersion', 'ImageUri']);
  return { ZipFile: zipFiles([{ name: 'index.js', content: Buffer.from(String(code.ZipFile)) }]) };
}

async function setConcurrency(request: ResourceRequest, FunctionName: string, before?: unknown): Promise<void> {
  const wanted = numberOf(request.properties.ReservedConcurrentExecutions);
  if (wanted !== undefined) {
    await request.call('lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions: wanted });
  } else if (before !== undefined) {
    await request.call('lambda', 'DeleteFunctionConcurrency', { FunctionName });
  }
}

async function ready(request: ResourceRequest, FunctionName: string): Promise<void> {
  const check = async () => {
    const configuration = await request.call('lambda', 'GetFunctionConfiguration', { FunctionName });
    const { State = 'Active', StateReason, LastUpdateStatus = 'Successful', LastUpdateStatusReason } = configuration;
    if (State === 'Failed') throw new Error(StateReason ?? `Function ${FunctionName} failed`);
    if (LastUpdateStatus === 'Failed') throw new Error(LastUpdateStatusReason ?? `Update of ${FunctionName} failed`);
    return State === 'Active' && LastUpdateStatus === 'Successful';
  };
  await request.waitUntil(check, 1, 300);
}

function stateOf(request: ResourceRequest, name: string): ResourceState {
  const { region, accountId } = request.stack;
  return { physicalId: name, attributes: { Arn: `arn:aws:lambda:${region}:${accountId}:function:${name}` } };
}
