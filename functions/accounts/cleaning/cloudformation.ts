import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type Stack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { accountStackName } from '../../../tenancy/names.ts';
import { type ClientOptions, everyPage, isError, type Kept, type Leftover, type Sweeper } from './sweeper.ts';

/**
 * Stacks, but not the baseline's. One whose exports others import is refused by CloudFormation until those are gone, so
 * that the order comes out over several scans. One that could not be deleted is given up after what blocked it was left
 * to the other sweepers: it is deleted again without those resources.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
 */
export const cloudformationSweeper: Sweeper = {
  service: 'cloudformation',
  async list(options) {
    const client = new CloudFormationClient(options);
    const stacks = await everyPage(
      (NextToken) => client.send(new DescribeStacksCommand({ NextToken })),
      ({ Stacks }) => Stacks,
      ({ NextToken }) => NextToken,
    );
    return stacks
      .filter(({ StackName, StackStatus }) => StackName !== accountStackName && StackStatus !== 'DELETE_COMPLETE')
      .map((stack) => leftover(client, stack));
  },
};

function leftover(client: CloudFormationClient, stack: Stack): Leftover {
  const name = stack.StackName ?? '';
  const found = { kind: 'stack', name };
  // A nested stack goes with the one that it is in.
  if (stack.ParentId && stack.StackStatus !== 'DELETE_FAILED') return { ...found, going: true };
  if (stack.StackStatus === 'DELETE_IN_PROGRESS') return { ...found, going: true };
  return { ...found, remove: () => remove(client, stack) };
}

async function remove(client: CloudFormationClient, stack: Stack): Promise<void> {
  const StackName = stack.StackId ?? stack.StackName;
  if (stack.EnableTerminationProtection)
    await client.send(new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: false }));
  if (stack.StackStatus !== 'DELETE_FAILED') {
    await client.send(new DeleteStackCommand({ StackName }));
    return;
  }
  const resources = await resourcesOf(client, String(StackName));
  const RetainResources = resources.flatMap(({ LogicalResourceId, ResourceStatus }) =>
    ResourceStatus === 'DELETE_FAILED' && LogicalResourceId ? [LogicalResourceId] : [],
  );
  await client.send(new DeleteStackCommand({ StackName, ...(RetainResources.length > 0 && { RetainResources }) }));
}

function resourcesOf(client: CloudFormationClient, StackName: string) {
  return everyPage(
    (NextToken) => client.send(new ListStackResourcesCommand({ StackName, NextToken })),
    ({ StackResourceSummaries }) => StackResourceSummaries,
    ({ NextToken }) => NextToken,
  );
}

/**
 * What the account keeps: all that the stack of the baseline made, by the ids that CloudFormation knows. Throws when there
 * is no such stack, so that nothing is removed from an account whose baseline is not understood.
 */
export async function keptOf(options: ClientOptions): Promise<Kept> {
  const client = new CloudFormationClient(options);
  try {
    const resources = await resourcesOf(client, accountStackName);
    return { baseline: new Set(resources.flatMap(({ PhysicalResourceId: id }) => (id ? [id] : []))) };
  } catch (error) {
    if (!isError(error, 'ValidationError')) throw error;
    throw new Error(`The account has no stack ${accountStackName} in ${options.region}: nothing is removed from it.`, {
      cause: error,
    });
  }
}
