import { ifExists, refuseExisting } from '../handler-errors.ts';
import {
  jsonText,
  type Properties,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  tagChanges,
  tagMap,
} from '../resource-provider.ts';

/** Properties that are queue attributes of the same name. */
const ATTRIBUTES = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
];
/** What an attribute goes back to when a template drops it. */
const DEFAULTS: Record<string, string> = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
export const sqsQueue: ResourceProvider = {
  type: 'AWS::SQS::Queue',
  properties: [...ATTRIBUTES, 'QueueName', 'ReceiveMessageWaitTimeSeconds', 'Tags'],
  replaceOn: ['FifoQueue', 'QueueName'],
  name: { property: 'QueueName', maximum: 80 },
  seconds: { create: 10, update: 5, delete: 5 },
  async create(request) {
    const { name: QueueName } = request;
    await refuseExisting(request, () => request.call('sqs', 'GetQueueUrl', { QueueName }));
    const tags = tagMap(request.tags);
    const { QueueUrl } = await request.call('sqs', 'CreateQueue', {
      QueueName,
      Attributes: attributesOf(request.properties),
      ...(request.tags.length > 0 && { tags }),
    });
    request.initiated(QueueUrl);
    return stateOf(request, QueueUrl, QueueName);
  },
  async update(request, existing) {
    const QueueUrl = existing.physicalId;
    const after = attributesOf(request.properties);
    for (const name of Object.keys(attributesOf(existing.properties))) after[name] ??= DEFAULTS[name] ?? '';
    delete after.FifoQueue;
    if (Object.keys(after).length > 0) await request.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: after });
    const tags = tagChanges(existing.tags, request.tags);
    if (tags.remove.length > 0) await request.call('sqs', 'UntagQueue', { QueueUrl, TagKeys: tags.remove });
    if (tags.set.length > 0) await request.call('sqs', 'TagQueue', { QueueUrl, Tags: tagMap(tags.set) });
    return stateOf(request, QueueUrl, request.name);
  },
  async delete(request, existing) {
    await ifExists(() => request.call('sqs', 'DeleteQueue', { QueueUrl: existing.physicalId }));
  },
};

function attributesOf(properties: Properties): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of [...ATTRIBUTES, 'ReceiveMessageWaitTimeSeconds']) {
    const value = properties[name];
    // A standard queue has no FifoQueue attribute: "false" is refused by SQS.
    if (value === undefined || (name === 'FifoQueue' && String(value) !== 'true')) continue;
    attributes[name] = typeof value === 'object' ? jsonText(value) : String(value);
  }
  return attributes;
}

function stateOf(request: ResourceRequest, QueueUrl: string, QueueName: string): ResourceState {
  const Arn = `arn:aws:sqs:${request.stack.region}:${request.stack.accountId}:${QueueName}`;
  return { physicalId: QueueUrl, attributes: { Arn, QueueName, QueueUrl } };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queuepolicy.html */
export const sqsQueuePolicy: ResourceProvider = {
  type: 'AWS::SQS::QueuePolicy',
  properties: ['PolicyDocument', 'Queues'],
  required: ['PolicyDocument', 'Queues'],
  replaceOn: [],
  seconds: { create: 2, update: 2, delete: 2 },
  async create(request) {
    const physicalId = `${request.stack.stackName}-${request.logicalId}-${request.token.slice(-12)}`;
    request.initiated(physicalId);
    for (const QueueUrl of request.properties.Queues)
      await setPolicy(request, QueueUrl, jsonText(request.properties.PolicyDocument));
    return { physicalId, attributes: { Id: physicalId } };
  },
  async update(request, existing) {
    const queues: string[] = request.properties.Queues;
    for (const QueueUrl of existing.properties.Queues) {
      if (!queues.includes(QueueUrl)) await ifExists(() => setPolicy(request, QueueUrl, ''));
    }
    for (const QueueUrl of queues) await setPolicy(request, QueueUrl, jsonText(request.properties.PolicyDocument));
    return existing;
  },
  async delete(request, existing) {
    for (const QueueUrl of existing.properties.Queues) await ifExists(() => setPolicy(request, QueueUrl, ''));
  },
};

function setPolicy(request: ResourceRequest, QueueUrl: string, Policy: string): Promise<unknown> {
  return request.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
}
