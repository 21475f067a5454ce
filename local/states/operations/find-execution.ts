import { AwsError } from '../../kernel/errors.ts';
import { parseArn } from '../arns.ts';
import { findChild } from '../child-executions.ts';
import type { ExecutionRecord } from '../records/executions.ts';
import type { States } from '../states.ts';

/** The STANDARD execution of that ARN, also a child of a Map Run. Throws InvalidArn (also for EXPRESS executions) and ExecutionDoesNotExist. */
export function findExecution(states: States, arn: string): ExecutionRecord {
  parseArn(arn, 'execution');
  const execution = states.executions.get(arn) ?? findChild(states, arn)?.record;
  if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  return execution;
}
