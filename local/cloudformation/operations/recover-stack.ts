import type { OperationInput, RequestContext } from '../../kernel/service.ts';
import type { Engine } from '../engine.ts';
import type { StackRunner } from '../stack-runner.ts';
import { validationError } from '../template.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html */
export function cancelUpdateStack(
  engine: Engine,
  runner: StackRunner,
  input: OperationInput,
  context: RequestContext,
): void {
  const stack = engine.stacks.require(context.accountId, context.region, String(input.StackName));
  if (stack.status !== 'UPDATE_IN_PROGRESS') {
    throw validationError('CancelUpdateStack cannot be called from current stack status');
  }
  engine.stacks.setStatus(stack.stackId, 'UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated');
  runner.cancel(stack.stackId);
  runner.run(stack.stackId);
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html */
export function continueUpdateRollback(
  engine: Engine,
  runner: StackRunner,
  input: OperationInput,
  context: RequestContext,
) {
  const stack = engine.stacks.require(context.accountId, context.region, String(input.StackName));
  if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
    throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not continue rollback.`);
  }
  const retain = (input.ResourcesToSkip ?? []).map(String);
  const roleArn = input.RoleARN ?? stack.roleArn;
  engine.stacks.transaction(() => {
    engine.stacks.put({ ...stack, roleArn, operation: { ...stack.operation, retain, caller: context.caller } });
    engine.stacks.setStatus(stack.stackId, 'UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated');
  });
  runner.run(stack.stackId);
  return {};
}
