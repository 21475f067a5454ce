import { AwsError } from '../../kernel/errors.ts';
import type { TaskCall, TaskReport } from '../engine/contract.ts';
import type { States } from '../states.ts';
import type { TaskResource } from '../tasks/resource.ts';
import { submittedOutput } from './submitted-output.ts';

/**
 * Answers a task from the mock file if its execution was started with a test case that mocks the state. The history
 * looks as if the service had answered. True when it did.
 */
export function runMocked(
  states: States,
  task: TaskCall,
  resource: TaskResource | undefined,
  report: TaskReport,
): boolean {
  const testCase = task.execution.mockTestCase;
  if (testCase === undefined) return false;
  const response = responseFor(states, task, testCase);
  if (response === undefined) return false;
  const release = states.cloud.clock.hold('mocked task');
  // The engine is still in the call that asked for the task.
  queueMicrotask(() => {
    release();
    if (typeof response === 'string') {
      report.failed('States.Runtime', response);
      return;
    }
    if (task.submitted === undefined) report.started();
    if (resource && 'pattern' in resource && resource.pattern !== 'request' && task.submitted === undefined) {
      report.submitted(submittedOutput(task, resource, states.cloud.clock.now()));
    }
    if ('Return' in response) {
      report.succeeded(response.Return);
      return;
    }
    const { Error: error, Cause: cause } = response.Throw;
    const timedOut = error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
    report.failed(error, cause, timedOut ? 'timeout' : 'run');
  });
  return true;
}

/** A file that was broken while the execution ran fails the task, not the local cloud. */
function responseFor(states: States, task: TaskCall, testCase: string): ReturnType<States['mocks']['response']> {
  try {
    return states.mocks.response({
      machineName: task.execution.stateMachineArn.split(':')[6]?.split('/')[0] ?? '',
      testCase,
      stateName: task.stateName,
      visit: task.visit,
      attempt: task.retryCount,
      retries: task.stateRetries,
    });
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
}
