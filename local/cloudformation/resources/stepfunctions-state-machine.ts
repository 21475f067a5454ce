import { ifExists, refuseExisting } from '../handler-errors.ts';
import {
  type Properties,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  tagChanges,
} from '../resource-provider.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html */
export const stateMachine: ResourceProvider = {
  type: 'AWS::StepFunctions::StateMachine',
  properties: [
    'Definition',
    'DefinitionS3Location',
    'DefinitionString',
    'DefinitionSubstitutions',
    'EncryptionConfiguration',
    'LoggingConfiguration',
    'RoleArn',
    'StateMachineName',
    'StateMachineType',
    'Tags',
    'TracingConfiguration',
  ],
  required: ['RoleArn'],
  replaceOn: ['StateMachineName', 'StateMachineType'],
  name: { property: 'StateMachineName', maximum: 80 },
  seconds: { create: 4, update: 4, delete: 10 },
  async create(request) {
    const { name, properties } = request;
    const arn = arnOf(request, name);
    await refuseExisting(request, () => request.call('states', 'DescribeStateMachine', { stateMachineArn: arn }));
    const { stateMachineArn } = await request.call('states', 'CreateStateMachine', {
      name,
      definition: await definitionOf(request),
      type: properties.StateMachineType,
      ...settings(properties),
      ...(request.tags.length > 0 && { tags: lowerTags(request) }),
    });
    request.initiated(stateMachineArn);
    return describe(request, stateMachineArn);
  },
  async update(request, existing) {
    const stateMachineArn = existing.physicalId;
    await request.call('states', 'UpdateStateMachine', {
      stateMachineArn,
      definition: await definitionOf(request),
      ...settings(request.properties),
    });
    const tags = tagChanges(existing.tags, request.tags);
    if (tags.remove.length > 0) {
      await request.call('states', 'UntagResource', { resourceArn: stateMachineArn, tagKeys: tags.remove });
    }
    if (tags.set.length > 0) {
      const set = tags.set.map(({ Key, Value }) => ({ key: Key, value: Value }));
      await request.call('states', 'TagResource', { resourceArn: stateMachineArn, tags: set });
    }
    return describe(request, stateMachineArn);
  },
  async delete(request, existing) {
    const stateMachineArn = existing.physicalId;
    await ifExists(() => request.call('states', 'DeleteStateMachine', { stateMachineArn }));
    const gone = async () =>
      (await ifExists(() => request.call('states', 'DescribeStateMachine', { stateMachineArn }))) === undefined;
    await request.waitUntil(gone, 2, 600);
  },
};

/** The ASL text: from the template, as text or object, or from S3, with substitutions put in. */
async function definitionOf(request: ResourceRequest): Promise<string> {
  const { Definition, DefinitionString, DefinitionS3Location, DefinitionSubstitutions } = request.properties;
  const given = [Definition, DefinitionString, DefinitionS3Location].filter((value) => value !== undefined);
  if (given.length !== 1) {
    throw new Error('Exactly one of DefinitionString, Definition or DefinitionS3Location must be specified');
  }
  const text = DefinitionS3Location
    ? await fromS3(request, DefinitionS3Location)
    : (DefinitionString ?? JSON.stringify(Definition));
  return substitute(String(text), DefinitionSubstitutions ?? {});
}

async function fromS3(request: ResourceRequest, location: Properties): Promise<string> {
  const { Bucket, Key, Version } = location;
  const object = await request.call('s3', 'GetObject', {
    Bucket,
    Key,
    ...(Version !== undefined && { VersionId: Version }),
  });
  return Buffer.from(object.Body as Uint8Array).toString('utf8');
}

/** `${Key}` becomes its value; a value inside JSON text must not break the JSON. Unknown names stay: ASL may hold `${`. */
function substitute(text: string, substitutions: Properties): string {
  return text.replace(/\$\{([a-zA-Z0-9]+)\}/g, (whole, name: string) =>
    Object.hasOwn(substitutions, name) ? JSON.stringify(String(substitutions[name])).slice(1, -1) : whole,
  );
}

function settings(properties: Properties): Properties {
  const { LoggingConfiguration, TracingConfiguration, EncryptionConfiguration, RoleArn } = properties;
  return {
    roleArn: RoleArn,
    ...(LoggingConfiguration && { loggingConfiguration: lowerKeys(LoggingConfiguration) }),
    ...(TracingConfiguration && { tracingConfiguration: lowerKeys(TracingConfiguration) }),
    ...(EncryptionConfiguration && { encryptionConfiguration: lowerKeys(EncryptionConfiguration) }),
  };
}

/** `value` with a small first letter in every key, as the Step Functions API writes the template's members. */
export function lowerKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [`${key[0]?.toLowerCase()}${key.slice(1)}`, lowerKeys(member)]),
  );
}

function lowerTags(request: ResourceRequest): { key: string; value: string }[] {
  return request.tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
}

function arnOf(request: ResourceRequest, name: string): string {
  return `arn:aws:states:${request.stack.region}:${request.stack.accountId}:stateMachine:${name}`;
}

async function describe(request: ResourceRequest, stateMachineArn: string): Promise<ResourceState> {
  const machine = await request.call('states', 'DescribeStateMachine', { stateMachineArn });
  // A machine that was never updated has no revision id in the API, and INITIAL in CloudFormation.
  const StateMachineRevisionId = machine.revisionId ?? 'INITIAL';
  return {
    physicalId: stateMachineArn,
    attributes: { Arn: stateMachineArn, Name: machine.name, StateMachineRevisionId },
  };
}
