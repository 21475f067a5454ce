import { adoptExisting, ifExists } from '../handler-errors.ts';
import {
  booleanOf,
  type Properties,
  pick,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  sameJson,
  type Tag,
  tagChanges,
} from '../resource-provider.ts';
import { capacityOf, encryptionOf, indexChanges, setRecovery, setTimeToLive, streamOf } from './dynamodb-settings.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html */
export const dynamodbTable: ResourceProvider = {
  type: 'AWS::DynamoDB::Table',
  properties: [
    'AttributeDefinitions',
    'BillingMode',
    'DeletionProtectionEnabled',
    'GlobalSecondaryIndexes',
    'KeySchema',
    'LocalSecondaryIndexes',
    'OnDemandThroughput',
    'PointInTimeRecoverySpecification',
    'ProvisionedThroughput',
    'SSESpecification',
    'StreamSpecification',
    'TableClass',
    'TableName',
    'Tags',
    'TimeToLiveSpecification',
  ],
  required: ['KeySchema', 'AttributeDefinitions'],
  replaceOn: ['KeySchema', 'LocalSecondaryIndexes', 'TableName'],
  name: { property: 'TableName', maximum: 255 },
  seconds: { create: 30, update: 10, delete: 30 },
  create: createTable,
  update: updateTable,
  delete: deleteTable,
};

/**
 * One replica, in the stack's own region: what `TableV2` of CDK makes by default.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
 */
export const dynamodbGlobalTable: ResourceProvider = {
  type: 'AWS::DynamoDB::GlobalTable',
  properties: [
    'AttributeDefinitions',
    'BillingMode',
    'GlobalSecondaryIndexes',
    'KeySchema',
    'LocalSecondaryIndexes',
    'Replicas',
    'SSESpecification',
    'StreamSpecification',
    'TableName',
    'TimeToLiveSpecification',
    'WarmThroughput',
    'WriteOnDemandThroughputSettings',
  ],
  required: ['KeySchema', 'AttributeDefinitions', 'Replicas'],
  replaceOn: ['KeySchema', 'LocalSecondaryIndexes', 'TableName'],
  name: { property: 'TableName', maximum: 255 },
  seconds: { create: 45, update: 15, delete: 30 },
  create: (request) => createTable(asTable(request)),
  update: (request, existing) =>
    updateTable(asTable(request), { ...existing, properties: flatten(existing.properties) }),
  delete: (request, existing) => deleteTable(request, existing),
};

function asTable(request: ResourceRequest): ResourceRequest {
  const others = (request.properties.Replicas as Properties[]).filter(
    (replica) => replica.Region !== request.stack.region,
  );
  if (others.length > 0) {
    throw new Error(
      `Replicas in other regions are not supported by the local cloud: ${others.map((replica) => replica.Region).join(', ')}`,
    );
  }
  const properties = flatten(request.properties);
  const tags: Tag[] = [...(properties.Tags ?? []), ...request.tags];
  return { ...request, properties, tags: [...new Map(tags.map((tag) => [tag.Key, tag])).values()] };
}

/** The settings of the only replica are those of the table. */
function flatten(properties: Properties): Properties {
  const replica: Properties = properties.Replicas?.[0] ?? {};
  const merged: Properties = {
    ...pick(properties, [
      'AttributeDefinitions',
      'BillingMode',
      'GlobalSecondaryIndexes',
      'KeySchema',
      'LocalSecondaryIndexes',
      'SSESpecification',
      'StreamSpecification',
      'TimeToLiveSpecification',
    ]),
    ...pick(replica, ['DeletionProtectionEnabled', 'PointInTimeRecoverySpecification', 'TableClass', 'Tags']),
  };
  if (merged.GlobalSecondaryIndexes !== undefined) {
    merged.GlobalSecondaryIndexes = merged.GlobalSecondaryIndexes.map((index: Properties) =>
      pick(index, ['IndexName', 'KeySchema', 'Projection']),
    );
  }
  return merged;
}

async function createTable(request: ResourceRequest): Promise<ResourceState> {
  const { properties, name: TableName } = request;
  const create = () =>
    request.call('dynamodb', 'CreateTable', {
      TableName,
      ...pick(properties, [
        'AttributeDefinitions',
        'KeySchema',
        'GlobalSecondaryIndexes',
        'LocalSecondaryIndexes',
        'TableClass',
        'OnDemandThroughput',
      ]),
      ...capacityOf(properties),
      ...streamOf(properties),
      ...(properties.DeletionProtectionEnabled !== undefined && {
        DeletionProtectionEnabled: booleanOf(properties.DeletionProtectionEnabled),
      }),
      ...(properties.SSESpecification !== undefined && { SSESpecification: encryptionOf(properties.SSESpecification) }),
      ...(request.tags.length > 0 && { Tags: request.tags }),
    });
  await adoptExisting(request, create);
  request.initiated(TableName);
  await active(request, TableName);
  await setRecovery(request, TableName, undefined);
  await setTimeToLive(request, TableName, undefined);
  return describe(request, TableName);
}

async function updateTable(
  request: ResourceRequest,
  existing: { physicalId: string; properties: Properties; tags: Tag[] },
): Promise<ResourceState> {
  const { properties } = request;
  const TableName = existing.physicalId;
  const before = existing.properties;
  const changes = {
    ...(!sameJson(capacityOf(before), capacityOf(properties)) && capacityOf(properties)),
    ...(!sameJson(before.StreamSpecification, properties.StreamSpecification) && streamOf(properties, true)),
    ...(before.TableClass !== properties.TableClass && { TableClass: properties.TableClass ?? 'STANDARD' }),
    ...(String(before.DeletionProtectionEnabled ?? false) !== String(properties.DeletionProtectionEnabled ?? false) && {
      DeletionProtectionEnabled: booleanOf(properties.DeletionProtectionEnabled) ?? false,
    }),
  };
  if (Object.keys(changes).length > 0) {
    await request.call('dynamodb', 'UpdateTable', { TableName, ...changes });
    await active(request, TableName);
  }
  for (const update of indexChanges(before, properties)) {
    const AttributeDefinitions = properties.AttributeDefinitions;
    await request.call('dynamodb', 'UpdateTable', {
      TableName,
      AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [update],
    });
    await active(request, TableName);
  }
  await setRecovery(request, TableName, before.PointInTimeRecoverySpecification);
  await setTimeToLive(request, TableName, before.TimeToLiveSpecification);
  const state = await describe(request, TableName);
  const ResourceArn = state.attributes?.Arn;
  const tags = tagChanges(existing.tags, request.tags);
  if (tags.remove.length > 0) await request.call('dynamodb', 'UntagResource', { ResourceArn, TagKeys: tags.remove });
  if (tags.set.length > 0) await request.call('dynamodb', 'TagResource', { ResourceArn, Tags: tags.set });
  return state;
}

async function deleteTable(request: ResourceRequest, existing: { physicalId: string }): Promise<void> {
  const TableName = existing.physicalId;
  const table = () => ifExists(() => request.call('dynamodb', 'DescribeTable', { TableName }));
  // DynamoDB refuses to delete a table that it still makes or changes.
  await request.waitUntil(async () => !/^(CREATING|UPDATING)$/.test((await table())?.Table.TableStatus), 2, 600);
  await ifExists(() => request.call('dynamodb', 'DeleteTable', { TableName }));
  await request.waitUntil(async () => (await table()) === undefined, 2, 600);
}

async function active(request: ResourceRequest, TableName: string): Promise<void> {
  const check = async () => {
    const { Table } = await request.call('dynamodb', 'DescribeTable', { TableName });
    const indexes: Properties[] = Table.GlobalSecondaryIndexes ?? [];
    return Table.TableStatus === 'ACTIVE' && indexes.every((index) => (index.IndexStatus ?? 'ACTIVE') === 'ACTIVE');
  };
  await request.waitUntil(check, 2, 1200);
}

async function describe(request: ResourceRequest, TableName: string): Promise<ResourceState> {
  const { Table } = await request.call('dynamodb', 'DescribeTable', { TableName });
  const { region, accountId } = request.stack;
  const attributes: Record<string, unknown> = { Arn: `arn:aws:dynamodb:${region}:${accountId}:table/${TableName}` };
  if (Table.LatestStreamArn !== undefined) attributes.StreamArn = Table.LatestStreamArn;
  if (Table.TableId !== undefined) attributes.TableId = Table.TableId;
  return { physicalId: TableName, attributes };
}
