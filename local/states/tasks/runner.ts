import type { JsonValue, TaskCall, TaskReport, TaskRunner } from '../engine/contract.ts';
import { runMocked } from '../mocks/mocked-task.ts';
import type { States } from '../states.ts';
import type { Attempt } from './attempt.ts';
import { invokeFunction, invokeLambda } from './lambda-task.ts';
import { followNested, startNested } from './nested-execution.ts';
import { parseResource, type TaskResource } from './resource.ts';
import { callOptimized, callSdk, putEvents } from './service-task.ts';
import { taskSession } from './session.ts';
import { TaskError, taskErrorOf } from './task-error.ts';

/** Performs the tasks of the engine on the services of the local cloud. */
export function createTaskRunner(states: () => States): TaskRunner {
  return {
    run(task, report) {
      const abort = new AbortController();
      if (task.taskToken !== undefined) states().tokens.add(task.taskToken, task.execution.stateMachineArn);
      const resource = parseResource(task.resource);
      if (runMocked(states(), task, resource, report)) return { cancel: () => undefined };
      if (resource?.kind === 'activity') return scheduleActivity(states(), task, report, resource.arn);
      // The clock must not leap while the request is on its way.
      const release = states().cloud.clock.hold(`task ${task.resource}`);
      void perform(states(), task, report, resource, abort.signal).finally(release);
      return { cancel: () => abort.abort() };
    },
  };
}

async function perform(
  states: States,
  task: TaskCall,
  report: TaskReport,
  resource: TaskResource | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (!resource || resource.kind === 'activity') {
      throw new TaskError('States.Runtime', `The resource ${task.resource} is not supported.`);
    }
    const caller = await taskSession(states, task);
    const attempt: Attempt = { states, task, report, caller, signal };
    if (task.submitted !== undefined && resource.kind !== 'lambda') {
      resumeSubmitted(attempt, resource.pattern, task.submitted);
      return;
    }
    report.started();
    conclude(attempt, resource, await request(attempt, resource));
  } catch (error) {
    const failure = resource ? taskErrorOf(error, resource) : taskErrorOf(error, { kind: 'lambda', arn: '' });
    if (!(error instanceof TaskError)) {
      states.cloud.log('debug', 'task failed', { resource: task.resource, error: String(error) });
    }
    report.failed(failure.error, failure.message, failure.phase);
  }
}

function request(attempt: Attempt, resource: Exclude<TaskResource, { kind: 'activity' }>): Promise<JsonValue> {
  if (resource.kind === 'lambda') return invokeFunction(attempt, resource.arn);
  if (resource.kind === 'sdk') return callSdk(attempt, resource.service, resource.action);
  if (resource.service === 'lambda') return invokeLambda(attempt);
  if (resource.service === 'states') return startNested(attempt);
  if (resource.service === 'events') return putEvents(attempt);
  return callOptimized(attempt, resource.service, resource.action);
}

function conclude(attempt: Attempt, resource: TaskResource, output: JsonValue): void {
  const pattern = 'pattern' in resource ? resource.pattern : 'request';
  if (pattern === 'request') {
    attempt.report.succeeded(output);
    return;
  }
  attempt.report.submitted(output);
  if (pattern !== 'token') followNested(attempt, output, pattern);
}

/** After a restart: a task token is still waited for by the engine, a nested execution has to be watched again. */
function resumeSubmitted(attempt: Attempt, pattern: string, submitted: JsonValue): void {
  if (pattern === 'sync' || pattern === 'sync:2') followNested(attempt, submitted, pattern);
}

/** Activities wait for a worker; one that a worker has taken before a restart is only waited for. */
function scheduleActivity(states: States, task: TaskCall, report: TaskReport, activityArn: string): { cancel(): void } {
  const taskToken = task.taskToken ?? '';
  if (!states.activities.get(activityArn)) {
    const cause = `The activity ${activityArn} does not exist.`;
    queueMicrotask(() => report.failed('States.Runtime', cause, 'schedule'));
    return { cancel: () => undefined };
  }
  if (states.tokens.get(taskToken)?.taken) return { cancel: () => undefined };
  const input = JSON.stringify(task.parameters);
  return { cancel: states.activities.schedule(activityArn, { taskToken, input, report }) };
}
