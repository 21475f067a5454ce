import { createHash } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { Caller } from '../../kernel/service.ts';
import type { TaskCall } from '../engine/contract.ts';
import type { States } from '../states.ts';
import { TaskError } from './task-error.ts';

/** What a session is for. */
type ActingFor = Pick<TaskCall, 'execution' | 'roleArn'>;

/**
 * The session a task acts as: the state machine's role, or the task's `Credentials.RoleArn` assumed by it.
 * Throws TaskError when a role cannot be assumed.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
 */
export async function taskSession(states: States, task: ActingFor): Promise<Caller> {
  const { roleArn, executionArn } = task.execution;
  const name = sessionName(executionArn);
  const machine = machineSession(states, roleArn, name, task.execution.stateMachineArn);
  if (task.roleArn === roleArn) return machine;
  if (!states.cloud.has('sts')) return machineSession(states, task.roleArn, name, task.execution.stateMachineArn);
  return assume(states, machine, task, name);
}

/** AWS's sessions have 32 letters; one execution keeps its own. */
function sessionName(executionArn: string): string {
  const digest = createHash('sha256').update(executionArn).digest();
  return [...digest].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
}

/** Trust policies may ask for the state machine (`aws:SourceArn`) and its account against the confused deputy. */
function machineSession(states: States, roleArn: string, name: string, sourceArn: string): Caller {
  try {
    const source = { sourceArn, sourceAccount: sourceArn.split(':')[4] };
    return states.cloud.identity.serviceRole(roleArn, 'states.amazonaws.com', name, source);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const text = `Step Functions could not assume the role ${roleArn}: ${reason}`;
    throw new TaskError('States.TaskFailed', text, 'schedule', { cause });
  }
}

async function assume(states: States, machine: Caller, task: ActingFor, name: string): Promise<Caller> {
  try {
    const answer = await states.cloud.call(
      'sts',
      'AssumeRole',
      {
        RoleArn: task.roleArn,
        RoleSessionName: name,
        ExternalId: task.execution.stateMachineArn,
      },
      machine,
    );
    return {
      kind: 'role',
      accountId: task.roleArn.split(':')[4] ?? machine.accountId,
      arn: answer.AssumedRoleUser.Arn,
      userId: answer.AssumedRoleUser.AssumedRoleId,
      roleArn: task.roleArn,
    };
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    const text = `The role ${task.execution.roleArn} is not authorized to assume the task state's role, ${task.roleArn}.`;
    throw new TaskError('States.TaskFailed', text, 'schedule', { cause });
  }
}
