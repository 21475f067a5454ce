import { createHash } from 'node:crypto';
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { managedByTag } from '../../../tenancy/accounts/names.ts';
import { CatalogueError } from '../../../tenancy/errors.ts';
import { accountStackName } from '../../../tenancy/names.ts';
import { failureReason, type Stacks } from '../../foundations/stack.ts';

/** Tag that says from which template and parameters the stack was made. */
export const templateTag = 'tenantry:template';

export interface AccountStackRequest {
  /** CloudFormation template, at most 51,200 bytes. */
  templateBody: string;
  /** Values for the parameters that the template declares; others are left out. */
  parameters: Record<string, string>;
}

/**
 * Ensures the stack of the baseline in an account, as the template and parameters of today describe it. Throws
 * `StillCreating` until it is complete, `StillDeleting` while a failed one goes away, `StackFailed` with the first failed
 * resource's reason, `ResourceNotOwned` for somebody else's stack of that name.
 */
export async function ensureAccountStack(stacks: Stacks, request: AccountStackRequest): Promise<void> {
  const input = stackInput(request);
  const stack = await findStack(stacks);
  if (!stack) {
    await stacks.send(new CreateStackCommand({ ...input, OnFailure: 'ROLLBACK', EnableTerminationProtection: true }));
    throw new CatalogueError('StillCreating', `The stack ${accountStackName} is being created.`);
  }
  await expectSettled(stacks, stack);
  if (tagOf(stack, templateTag) === digestOf(request)) return;
  if (!(await update(stacks, input))) return;
  throw new CatalogueError('StillCreating', `The stack ${accountStackName} is being updated.`);
}

/** CloudFormation has no error of its own for "no such stack". */
async function findStack(stacks: Stacks): Promise<Stack | undefined> {
  try {
    return (await stacks.send(new DescribeStacksCommand({ StackName: accountStackName }))).Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

async function expectSettled(stacks: Stacks, stack: Stack): Promise<void> {
  if (tagOf(stack, managedByTag.key) !== managedByTag.value)
    throw new CatalogueError('ResourceNotOwned', `The stack ${accountStackName} exists and is not tagged as ours.`);
  const status = stack.StackStatus ?? 'unknown';
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return;
  if (status === 'DELETE_IN_PROGRESS')
    throw new CatalogueError('StillDeleting', `A failed stack ${accountStackName} is being deleted.`);
  if (status.endsWith('_IN_PROGRESS'))
    throw new CatalogueError('StillCreating', `The stack ${accountStackName} is ${status}.`);
  const reason = await failureReason(stacks, accountStackName);
  // A stack that failed at its creation can only be deleted; the next visit makes a new one.
  if (status === 'ROLLBACK_COMPLETE' || status === 'CREATE_FAILED')
    await stacks.send(new DeleteStackCommand({ StackName: accountStackName }));
  throw new CatalogueError('StackFailed', `The stack ${accountStackName} is ${status}: ${reason}`);
}

/** False when CloudFormation sees nothing to change, which it says as an error. */
async function update(stacks: Stacks, input: ReturnType<typeof stackInput>): Promise<boolean> {
  try {
    await stacks.send(new UpdateStackCommand(input));
    return true;
  } catch (error) {
    if (error instanceof Error && /No updates are to be performed/.test(error.message)) return false;
    throw error;
  }
}

function stackInput(request: AccountStackRequest) {
  return {
    StackName: accountStackName,
    TemplateBody: request.templateBody,
    Capabilities: ['CAPABILITY_NAMED_IAM' as const],
    Parameters: Object.entries(declared(request)).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Tags: [
      { Key: managedByTag.key, Value: managedByTag.value },
      { Key: templateTag, Value: digestOf(request) },
    ],
  };
}

function declared({ templateBody, parameters }: AccountStackRequest): Record<string, string> {
  const template = JSON.parse(templateBody) as { Parameters?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(parameters).filter(([name]) => Object.hasOwn(template.Parameters ?? {}, name)),
  );
}

function digestOf(request: AccountStackRequest): string {
  const text = JSON.stringify([request.templateBody, declared(request)]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function tagOf(stack: Stack, key: string): string | undefined {
  return stack.Tags?.find(({ Key }) => Key === key)?.Value;
}
