import { AwsError } from '../../kernel/errors.ts';
import { physicalName } from '../physical-name.ts';
import type { Properties, ResourceProvider, ResourceRequest, ResourceState } from '../resource-provider.ts';

/** A nested stack. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html */
export const cloudformationStack: ResourceProvider = {
  type: 'AWS::CloudFormation::Stack',
  properties: ['NotificationARNs', 'Parameters', 'Tags', 'TemplateURL', 'TimeoutInMinutes'],
  required: ['TemplateURL'],
  replaceOn: [],
  seconds: { create: 1, update: 1, delete: 1 },
  async create(request) {
    const { stack, properties } = request;
    // The token keeps the name of a retry equal to that of the first try.
    const digits = Number.parseInt(request.token.replaceAll('-', '').slice(0, 12), 16);
    const StackName = physicalName(stack.stackName, request.logicalId, { maximum: 128 }, seeded(digits));
    const { StackId } = await request.call('cloudformation', 'CreateStack', {
      StackName,
      ...inputOf(request),
      OnFailure: 'DO_NOTHING',
      TimeoutInMinutes: properties.TimeoutInMinutes,
      ClientRequestToken: request.token,
    });
    request.initiated(StackId);
    return settle(request, StackId, 'CREATE_COMPLETE');
  },
  async update(request, existing) {
    try {
      await request.call('cloudformation', 'UpdateStack', {
        StackName: existing.physicalId,
        ...inputOf(request),
        ClientRequestToken: request.token,
      });
    } catch (error) {
      if (!(error instanceof AwsError && error.message === 'No updates are to be performed.')) throw error;
    }
    return settle(request, existing.physicalId, 'UPDATE_COMPLETE', 'CREATE_COMPLETE');
  },
  async delete(request, existing) {
    await request.call('cloudformation', 'DeleteStack', { StackName: existing.physicalId });
    await settle(request, existing.physicalId, 'DELETE_COMPLETE');
  },
};

function inputOf(request: ResourceRequest): Properties {
  const { TemplateURL, Parameters, NotificationARNs } = request.properties;
  return {
    TemplateURL,
    Parameters: Object.entries(Parameters ?? {}).map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: Array.isArray(value) ? value.join(',') : String(value),
    })),
    NotificationARNs,
    Tags: request.tags,
    // Whoever deploys the parent has acknowledged what the child does.
    Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
  };
}

async function settle(request: ResourceRequest, StackName: string, ...wanted: string[]): Promise<ResourceState> {
  let state: Properties = {};
  const done = async () => {
    state = (await request.call('cloudformation', 'DescribeStacks', { StackName })).Stacks[0];
    return !String(state.StackStatus).endsWith('_IN_PROGRESS');
  };
  await request.waitUntil(done, 3, 12 * 3600);
  if (!wanted.includes(state.StackStatus)) {
    throw new Error(
      `Embedded stack ${StackName} was not successfully processed: ${state.StackStatusReason ?? state.StackStatus}`,
    );
  }
  const outputs = ((state.Outputs ?? []) as Properties[]).map((output) => [
    `Outputs.${output.OutputKey}`,
    output.OutputValue,
  ]);
  return { physicalId: StackName, attributes: Object.fromEntries(outputs) };
}

function seeded(seed: number): () => number {
  let value = seed % 2147483647;
  return () => {
    value = (value * 16807 + 1) % 2147483647;
    return value / 2147483647;
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitconditionhandle.html */
export const waitConditionHandle: ResourceProvider = {
  type: 'AWS::CloudFormation::WaitConditionHandle',
  properties: [],
  replaceOn: [],
  seconds: { create: 1, delete: 1 },
  async create(request) {
    const { region, stackId } = request.stack;
    return {
      physicalId: `https://cloudformation-waitcondition-${region}.s3.amazonaws.com/${encodeURIComponent(stackId)}/${request.logicalId}`,
    };
  },
  delete: async () => undefined,
};

/** What CDK leaves in a template for its own statistics; it makes nothing. */
export const cdkMetadata: ResourceProvider = {
  type: 'AWS::CDK::Metadata',
  properties: ['Analytics'],
  replaceOn: [],
  seconds: { create: 1, update: 1, delete: 1 },
  create: async (request) => ({ physicalId: request.token }),
  update: async (_request, existing) => existing,
  delete: async () => undefined,
};
