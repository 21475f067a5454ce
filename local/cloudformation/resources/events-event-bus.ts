import { adoptExisting, ifExists } from '../handler-errors.ts';
import {
  jsonText,
  type Properties,
  pick,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  tagChanges,
} from '../resource-provider.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html */
export const eventBus: ResourceProvider = {
  type: 'AWS::Events::EventBus',
  properties: [
    'DeadLetterConfig',
    'Description',
    'EventSourceName',
    'KmsKeyIdentifier',
    'LogConfig',
    'Name',
    'Policy',
    'Tags',
  ],
  required: ['Name'],
  replaceOn: ['EventSourceName', 'Name'],
  name: { property: 'Name', maximum: 256 },
  seconds: { create: 3, update: 3, delete: 2 },
  async create(request) {
    const { properties, name: Name } = request;
    const input = { Name, ...settings(properties), ...(request.tags.length > 0 && { Tags: request.tags }) };
    await adoptExisting(request, () => request.call('events', 'CreateEventBus', input));
    request.initiated(Name);
    await setBusPolicy(request, Name, undefined);
    return stateOf(request, Name);
  },
  async update(request, existing) {
    const Name = existing.physicalId;
    await request.call('events', 'UpdateEventBus', { Name, ...settings(request.properties) });
    await setBusPolicy(request, Name, existing.properties.Policy);
    const state = stateOf(request, Name);
    const ResourceARN = state.attributes?.Arn;
    const tags = tagChanges(existing.tags, request.tags);
    if (tags.remove.length > 0) await request.call('events', 'UntagResource', { ResourceARN, TagKeys: tags.remove });
    if (tags.set.length > 0) await request.call('events', 'TagResource', { ResourceARN, Tags: tags.set });
    return state;
  },
  async delete(request, existing) {
    await ifExists(() => request.call('events', 'DeleteEventBus', { Name: existing.physicalId }));
  },
};

function settings(properties: Properties): Properties {
  return pick(properties, ['DeadLetterConfig', 'Description', 'EventSourceName', 'KmsKeyIdentifier', 'LogConfig']);
}

async function setBusPolicy(request: ResourceRequest, EventBusName: string, before: unknown): Promise<void> {
  const { Policy } = request.properties;
  if (Policy !== undefined) await request.call('events', 'PutPermission', { EventBusName, Policy: jsonText(Policy) });
  else if (before !== undefined)
    await request.call('events', 'RemovePermission', { EventBusName, RemoveAllPermissions: true });
}

function stateOf(request: ResourceRequest, Name: string): ResourceState {
  const { region, accountId } = request.stack;
  return { physicalId: Name, attributes: { Arn: `arn:aws:events:${region}:${accountId}:event-bus/${Name}`, Name } };
}

/** One statement of a bus policy. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html */
export const eventBusPolicy: ResourceProvider = {
  type: 'AWS::Events::EventBusPolicy',
  properties: ['Action', 'Condition', 'EventBusName', 'Principal', 'Statement', 'StatementId'],
  required: ['StatementId'],
  replaceOn: ['EventBusName', 'StatementId'],
  seconds: { create: 2, update: 2, delete: 2 },
  create: putStatement,
  update: putStatement,
  async delete(request, existing) {
    const { EventBusName, StatementId } = existing.properties;
    await ifExists(() => request.call('events', 'RemovePermission', { EventBusName, StatementId }));
  },
};

async function putStatement(request: ResourceRequest): Promise<ResourceState> {
  const { EventBusName = 'default', StatementId, Statement, Action, Principal, Condition } = request.properties;
  if (Statement === undefined) {
    await request.call('events', 'PutPermission', { EventBusName, StatementId, Action, Principal, Condition });
  } else {
    // PutPermission takes whole policies only, so the statement joins those that are there.
    const bus = await request.call('events', 'DescribeEventBus', { Name: EventBusName });
    const others = bus.Policy
      ? JSON.parse(bus.Policy).Statement.filter((item: Properties) => item.Sid !== StatementId)
      : [];
    const own = { Sid: StatementId, ...(typeof Statement === 'string' ? JSON.parse(Statement) : Statement) };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [...others, own] });
    await request.call('events', 'PutPermission', { EventBusName, Policy });
  }
  return { physicalId: `${EventBusName}|${StatementId}` };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html */
export const eventsArchive: ResourceProvider = {
  type: 'AWS::Events::Archive',
  properties: ['ArchiveName', 'Description', 'EventPattern', 'KmsKeyIdentifier', 'RetentionDays', 'SourceArn'],
  required: ['SourceArn'],
  replaceOn: ['ArchiveName', 'SourceArn'],
  name: { property: 'ArchiveName', maximum: 48 },
  seconds: { create: 2, update: 2, delete: 2 },
  async create(request) {
    const { name: ArchiveName, properties } = request;
    const input = { ArchiveName, EventSourceArn: properties.SourceArn, ...archiveSettings(properties) };
    await adoptExisting(request, () => request.call('events', 'CreateArchive', input));
    return archiveState(request, ArchiveName);
  },
  async update(request, existing) {
    await request.call('events', 'UpdateArchive', {
      ArchiveName: existing.physicalId,
      ...archiveSettings(request.properties),
    });
    return archiveState(request, existing.physicalId);
  },
  async delete(request, existing) {
    await ifExists(() => request.call('events', 'DeleteArchive', { ArchiveName: existing.physicalId }));
  },
};

function archiveSettings(properties: Properties): Properties {
  const { EventPattern, RetentionDays, Description, KmsKeyIdentifier } = properties;
  return {
    ...(EventPattern !== undefined && { EventPattern: jsonText(EventPattern) }),
    ...(RetentionDays !== undefined && { RetentionDays: Number(RetentionDays) }),
    ...(Description !== undefined && { Description }),
    // CDK writes an empty key for "none".
    ...(KmsKeyIdentifier && { KmsKeyIdentifier }),
  };
}

function archiveState(request: ResourceRequest, name: string): ResourceState {
  const { region, accountId } = request.stack;
  return {
    physicalId: name,
    attributes: { Arn: `arn:aws:events:${region}:${accountId}:archive/${name}`, ArchiveName: name },
  };
}
