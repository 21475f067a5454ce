import { adoptExisting, ifExists } from '../handler-errors.ts';
import { numberOf, pick, type ResourceProvider } from '../resource-provider.ts';

const PERMISSION = [
  'Action',
  'EventSourceToken',
  'FunctionName',
  'FunctionUrlAuthType',
  'Principal',
  'PrincipalOrgID',
  'SourceAccount',
  'SourceArn',
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html */
export const lambdaPermission: ResourceProvider = {
  type: 'AWS::Lambda::Permission',
  properties: PERMISSION,
  required: ['Action', 'FunctionName', 'Principal'],
  replaceOn: PERMISSION,
  seconds: { create: 5, delete: 2 },
  async create(request) {
    const StatementId =
      `${request.stack.stackName}-${request.logicalId}-${request.token.replaceAll('-', '').slice(-12)}`.slice(-100);
    await adoptExisting(request, () =>
      request.call('lambda', 'AddPermission', { ...pick(request.properties, PERMISSION), StatementId }),
    );
    return { physicalId: StatementId, attributes: { Id: StatementId } };
  },
  async delete(request, existing) {
    const { FunctionName } = existing.properties;
    await ifExists(() =>
      request.call('lambda', 'RemovePermission', { FunctionName, StatementId: existing.physicalId }),
    );
  },
};

const INVOKE_MEMBERS = [
  'DestinationConfig',
  'FunctionName',
  'MaximumEventAgeInSeconds',
  'MaximumRetryAttempts',
  'Qualifier',
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html */
export const lambdaEventInvokeConfig: ResourceProvider = {
  type: 'AWS::Lambda::EventInvokeConfig',
  properties: INVOKE_MEMBERS,
  required: ['FunctionName', 'Qualifier'],
  replaceOn: ['FunctionName', 'Qualifier'],
  seconds: { create: 2, update: 2, delete: 1 },
  create: putInvokeConfig,
  update: putInvokeConfig,
  async delete(request, existing) {
    await ifExists(() =>
      request.call(
        'lambda',
        'DeleteFunctionEventInvokeConfig',
        pick(existing.properties, ['FunctionName', 'Qualifier']),
      ),
    );
  },
};

async function putInvokeConfig(request: Parameters<ResourceProvider['create']>[0]) {
  const { properties } = request;
  const { MaximumEventAgeInSeconds, MaximumRetryAttempts } = properties;
  await request.call('lambda', 'PutFunctionEventInvokeConfig', {
    ...pick(properties, INVOKE_MEMBERS),
    ...(MaximumEventAgeInSeconds !== undefined && { MaximumEventAgeInSeconds: numberOf(MaximumEventAgeInSeconds) }),
    ...(MaximumRetryAttempts !== undefined && { MaximumRetryAttempts: numberOf(MaximumRetryAttempts) }),
  });
  return { physicalId: `${properties.FunctionName}:${properties.Qualifier}` };
}

const MAPPING_CHANGEABLE = [
  'BatchSize',
  'BisectBatchOnFunctionError',
  'DestinationConfig',
  'Enabled',
  'FilterCriteria',
  'FunctionName',
  'FunctionResponseTypes',
  'MaximumBatchingWindowInSeconds',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'ParallelizationFactor',
  'ScalingConfig',
];
const MAPPING_FIXED = ['EventSourceArn', 'StartingPosition'];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html */
export const lambdaEventSourceMapping: ResourceProvider = {
  type: 'AWS::Lambda::EventSourceMapping',
  properties: [...MAPPING_CHANGEABLE, ...MAPPING_FIXED],
  required: ['FunctionName', 'EventSourceArn'],
  replaceOn: MAPPING_FIXED,
  seconds: { create: 25, update: 25, delete: 25 },
  async create(request) {
    const input = pick(request.properties, [...MAPPING_CHANGEABLE, ...MAPPING_FIXED]);
    const { FunctionName, EventSourceArn } = request.properties;
    const made = await adoptExisting(request, () => request.call('lambda', 'CreateEventSourceMapping', input));
    const { UUID } =
      made ??
      (await request.call('lambda', 'ListEventSourceMappings', { FunctionName, EventSourceArn }))
        .EventSourceMappings[0];
    const { region, accountId } = request.stack;
    const EventSourceMappingArn = `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${UUID}`;
    return { physicalId: UUID, attributes: { Id: UUID, EventSourceMappingArn } };
  },
  async update(request, existing) {
    await request.call('lambda', 'UpdateEventSourceMapping', {
      UUID: existing.physicalId,
      ...pick(request.properties, MAPPING_CHANGEABLE),
    });
    return existing;
  },
  async delete(request, existing) {
    await ifExists(() => request.call('lambda', 'DeleteEventSourceMapping', { UUID: existing.physicalId }));
  },
};
