import { ifExists } from '../handler-errors.ts';
import { pick, type ResourceProvider, type ResourceState } from '../resource-provider.ts';

/** Works when the run has an `sns` service. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html */
export const snsTopic: ResourceProvider = {
  type: 'AWS::SNS::Topic',
  properties: ['DisplayName', 'FifoTopic', 'KmsMasterKeyId', 'Tags', 'TopicName', 'TracingConfig'],
  replaceOn: ['FifoTopic', 'TopicName'],
  name: { property: 'TopicName', maximum: 256 },
  seconds: { create: 5, update: 5, delete: 2 },
  async create(request) {
    const Attributes = Object.fromEntries(
      Object.entries(pick(request.properties, ['DisplayName', 'FifoTopic', 'KmsMasterKeyId', 'TracingConfig'])).map(
        ([name, value]) => [name, String(value)],
      ),
    );
    const { TopicArn } = await request.call('sns', 'CreateTopic', {
      Name: request.name,
      Attributes,
      Tags: request.tags,
    });
    return topicState(TopicArn, request.name);
  },
  async update(request, existing) {
    const TopicArn = existing.physicalId;
    for (const AttributeName of ['DisplayName', 'KmsMasterKeyId', 'TracingConfig']) {
      const AttributeValue = request.properties[AttributeName];
      if (AttributeValue === existing.properties[AttributeName]) continue;
      await request.call('sns', 'SetTopicAttributes', {
        TopicArn,
        AttributeName,
        AttributeValue: String(AttributeValue ?? ''),
      });
    }
    return topicState(TopicArn, request.name);
  },
  async delete(request, existing) {
    await ifExists(() => request.call('sns', 'DeleteTopic', { TopicArn: existing.physicalId }));
  },
};

function topicState(TopicArn: string, TopicName: string): ResourceState {
  return { physicalId: TopicArn, attributes: { TopicArn, TopicName } };
}
