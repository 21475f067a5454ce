import {
  type CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { CatalogueError } from '../../tenancy/errors.ts';
import { tenantTag } from '../../tenancy/names.ts';

/** The part of CloudFormation that the foundation needs. */
export type Stacks = Pick<CloudFormationClient, 'send'>;

/**
 * The stack of that name, if it exists and is this tenant's. Throws `ResourceNotOwned` when it is somebody else's.
 * CloudFormation has no error of its own for "no such stack": it is a ValidationError with this text.
 */
export async function findTenantStack(client: Stacks, stackName: string, tenantId: string): Promise<Stack | undefined> {
  const stack = await findStack(client, stackName);
  if (!stack) return undefined;
  const owner = stack.Tags?.find((tag) => tag.Key === tenantTag)?.Value;
  if (owner === tenantId) return stack;
  throw new CatalogueError(
    'ResourceNotOwned',
    `The stack ${stackName} exists and is not tagged ${tenantTag}=${tenantId}.`,
  );
}

async function findStack(client: Stacks, stackName: string): Promise<Stack | undefined> {
  try {
    const answer = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    return answer.Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

/** Why a stack failed: the reason of the first resource that did, from its events (newest first). */
export async function failureReason(client: Stacks, stackName: string): Promise<string> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: stackName }));
  const failed = StackEvents.filter(
    (event) => event.ResourceStatus?.endsWith('_FAILED') && !/cancelled/i.test(event.ResourceStatusReason ?? ''),
  ).at(-1);
  return failed
    ? `${failed.LogicalResourceId} (${failed.ResourceType}): ${failed.ResourceStatusReason}`
    : 'no resource reports a failure';
}

/** Whether an operation with this token has worked on the stack, by its latest events. */
export async function wasTriedBy(
  client: Stacks,
  operation: { StackName: string; ClientRequestToken: string },
): Promise<boolean> {
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: operation.StackName }));
  return StackEvents.some(({ ClientRequestToken }) => ClientRequestToken === operation.ClientRequestToken);
}
