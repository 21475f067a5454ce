import { AwsError } from '../kernel/errors.ts';
import type { Caller, Cloud } from '../kernel/service.ts';
import type { ResourceProvider } from './resource-provider.ts';
import type { StackRecord } from './stack-record.ts';
import type { StackStore } from './stack-store.ts';

/** What the phases of an operation work with. */
export interface Engine {
  readonly cloud: Cloud;
  readonly stacks: StackStore;
  readonly providers: ReadonlyMap<string, ResourceProvider>;
  /** `aws`: each resource takes about as long as on AWS. `none`: as long as its service takes. */
  readonly durations: 'aws' | 'none';
}

/** Principal that stands for CloudFormation itself where no caller's rights are meant (exports, templates in S3). */
export const SERVICE_PRINCIPAL = 'cloudformation.amazonaws.com';

/**
 * Whose rights the stack's resources are made with: its service role, or whoever asked for the operation.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
 * Throws AwsError when the role cannot be assumed.
 */
export function deploymentCaller(
  engine: Engine,
  stack: Pick<StackRecord, 'roleArn' | 'operation'> & Partial<StackRecord>,
): Caller {
  if (stack.roleArn === undefined) return stack.operation.caller;
  const source = { sourceArn: stack.stackId, sourceAccount: stack.operation.caller.accountId };
  return engine.cloud.identity.serviceRole(stack.roleArn, SERVICE_PRINCIPAL, 'AWSCloudFormation', source);
}

/** A role is passed within its account only. Throws AccessDenied. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html */
export function refuseForeignRole({ roleArn, operation }: Pick<StackRecord, 'roleArn' | 'operation'>): void {
  if (!roleArn?.startsWith('arn:') || roleArn.split(':')[4] === operation.caller.accountId) return;
  throw new AwsError('AccessDenied', 'Cross-account pass role is not allowed.', { status: 403 });
}
