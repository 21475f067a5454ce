import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import { deploymentCaller, type Engine, refuseForeignRole } from '../engine.ts';
import { checkExportsFree } from '../exports.ts';
import { inProgress } from '../stack-record.ts';
import type { StackRunner } from '../stack-runner.ts';
import { validationError } from '../template.ts';
import { operationOf } from './create-stack.ts';
import { checkRequestToken } from './stack-input.ts';

/**
 * DeleteStack. A stack that does not exist is deleted already. A running creation is cancelled first.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
 */
export function deleteStack(engine: Engine, runner: StackRunner, input: OperationInput, context: RequestContext): void {
  const { stacks } = engine;
  checkRequestToken(input);
  if (input.StackName === undefined)
    throw validationError(
      "1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null",
    );
  const stack = stacks.find(context.accountId, context.region, String(input.StackName));
  if (!stack || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return;
  if (stack.terminationProtection) {
    throw validationError(`Stack [${stack.stackName}] cannot be deleted while TerminationProtection is enabled`);
  }
  if (stack.status === 'REVIEW_IN_PROGRESS') {
    stacks.setStatus(stack.stackId, 'DELETE_COMPLETE');
    return;
  }
  if (inProgress(stack.status) && stack.status !== 'CREATE_IN_PROGRESS') {
    throw validationError(`Stack [${stack.stackName}] cannot be deleted while in status ${stack.status}`);
  }
  if (input.RetainResources?.length > 0 && stack.status !== 'DELETE_FAILED') {
    throw validationError(
      `Invalid operation on stack [${stack.stackId}]. It is not in DELETE_FAILED state; RetainResources is not allowed.`,
    );
  }
  checkExportsFree(stacks, stack, []);
  const operation = operationOf('delete', input, context, engine.cloud.clock.now());
  const next = { ...stack, roleArn: input.RoleARN ?? stack.roleArn, operation };
  refuseForeignRole(next);
  if (next.roleArn !== undefined) deploymentCaller(engine, next);
  stacks.transaction(() => {
    stacks.put({ ...stack, roleArn: next.roleArn, operation });
    stacks.setStatus(stack.stackId, 'DELETE_IN_PROGRESS', 'User Initiated');
  });
  runner.cancel(stack.stackId);
  runner.run(stack.stackId);
}
