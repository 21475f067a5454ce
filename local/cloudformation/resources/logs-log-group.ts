import { adoptExisting, ifExists } from '../handler-errors.ts';
import {
  jsonText,
  numberOf,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
  tagChanges,
  tagMap,
} from '../resource-provider.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html */
export const logGroup: ResourceProvider = {
  type: 'AWS::Logs::LogGroup',
  properties: ['KmsKeyId', 'LogGroupClass', 'LogGroupName', 'RetentionInDays', 'Tags'],
  replaceOn: ['LogGroupClass', 'LogGroupName'],
  name: { property: 'LogGroupName', maximum: 512 },
  seconds: { create: 5, update: 2, delete: 2 },
  async create(request) {
    const { name: logGroupName, properties } = request;
    const create = () =>
      request.call('logs', 'CreateLogGroup', {
        logGroupName,
        kmsKeyId: properties.KmsKeyId,
        logGroupClass: properties.LogGroupClass,
        tags: request.tags.length > 0 ? tagMap(request.tags) : undefined,
      });
    await adoptExisting(request, create);
    request.initiated(logGroupName);
    await setRetention(request, logGroupName);
    return stateOf(request, logGroupName);
  },
  async update(request, existing) {
    const logGroupName = existing.physicalId;
    const state = stateOf(request, logGroupName);
    await setRetention(request, logGroupName, existing.properties.RetentionInDays);
    const resourceArn = String(state.attributes?.Arn).replace(/:\*$/, '');
    const tags = tagChanges(existing.tags, request.tags);
    if (tags.remove.length > 0) await request.call('logs', 'UntagResource', { resourceArn, tagKeys: tags.remove });
    if (tags.set.length > 0) await request.call('logs', 'TagResource', { resourceArn, tags: tagMap(tags.set) });
    return state;
  },
  async delete(request, existing) {
    await ifExists(() => request.call('logs', 'DeleteLogGroup', { logGroupName: existing.physicalId }));
  },
};

async function setRetention(request: ResourceRequest, logGroupName: string, before?: unknown): Promise<void> {
  const retentionInDays = numberOf(request.properties.RetentionInDays);
  if (retentionInDays !== undefined)
    await request.call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays });
  else if (before !== undefined) await request.call('logs', 'DeleteRetentionPolicy', { logGroupName });
}

function stateOf(request: ResourceRequest, name: string): ResourceState {
  const { region, accountId } = request.stack;
  return { physicalId: name, attributes: { Arn: `arn:aws:logs:${region}:${accountId}:log-group:${name}:*` } };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-resourcepolicy.html */
export const logsResourcePolicy: ResourceProvider = {
  type: 'AWS::Logs::ResourcePolicy',
  properties: ['PolicyDocument', 'PolicyName'],
  required: ['PolicyDocument', 'PolicyName'],
  replaceOn: ['PolicyName'],
  seconds: { create: 2, update: 2, delete: 2 },
  create: putPolicy,
  update: putPolicy,
  async delete(request, existing) {
    await ifExists(() => request.call('logs', 'DeleteResourcePolicy', { policyName: existing.physicalId }));
  },
};

async function putPolicy(request: ResourceRequest): Promise<ResourceState> {
  const { PolicyName: policyName, PolicyDocument } = request.properties;
  await request.call('logs', 'PutResourcePolicy', { policyName, policyDocument: jsonText(PolicyDocument) });
  return { physicalId: policyName };
}
