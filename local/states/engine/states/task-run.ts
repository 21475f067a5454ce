import type { TaskCall, TaskReport } from '../contract.ts';
import type { State } from '../definition.ts';
import type { TaskProgress, Thread } from '../model.ts';
import { jsonOf } from '../payload.ts';
import type { Runtime } from '../runtime.ts';
import {
  applyAnswer,
  heartbeatDue,
  taskFailed,
  taskStarted,
  taskSubmitted,
  taskSucceeded,
  taskTimedOut,
} from './task-outcome.ts';

/** Hands a scheduled task to the runner once its event is durable, and watches its timeouts. */
export function startTask(runtime: Runtime, thread: Thread, state: State): void {
  const { task } = thread;
  if (!task) return;
  const { early } = task;
  if (early) {
    // The process was killed before the request was answered: sending it again would ask for another answer.
    runtime.afterFlush(() => applyAnswer(runtime, thread, early));
    return;
  }
  if (task.token !== undefined) runtime.tokens.set(task.token, thread);
  armTimers(runtime, thread, task);
  // A task token outlives this process: whoever has it answers. Only a request that never went out goes out again.
  const answered = task.token !== undefined && (task.submitted !== undefined || (task.started && isActivity(state)));
  if (answered) return;
  runtime.afterFlush(() => {
    if (thread.task !== task) return;
    task.running = runtime.host.tasks.run(taskCall(thread, state, task), reportOf(runtime, thread, task));
    // The outcome may be here already.
    if (thread.task !== task) task.running = undefined;
  });
}

function isActivity(state: State): boolean {
  return state.resource?.kind === 'activity';
}

function taskCall(thread: Thread, state: State, task: TaskProgress): TaskCall {
  return {
    execution: thread.execution.start,
    stateName: thread.stateName,
    resource: state.resource?.arn ?? '',
    parameters: jsonOf(task.parameters),
    roleArn: task.roleArn,
    taskToken: task.token,
    timeoutSeconds: task.timeoutSeconds,
    heartbeatSeconds: task.heartbeatSeconds,
    retryCount: thread.retryCount,
    visit: thread.visit,
    stateRetries: thread.execution.retries?.get(thread.stateName) ?? 0,
    ...(task.submitted ? { submitted: jsonOf(task.submitted) } : {}),
  };
}

/** Reports of a task that is no longer current (timed out, aborted, answered) change nothing. */
function reportOf(runtime: Runtime, thread: Thread, task: TaskProgress): TaskReport {
  const current = () => thread.task === task && !thread.execution.ended;
  return {
    started: (details) => {
      if (current() && !task.started) taskStarted(runtime, thread, details?.workerName);
    },
    submitted: (output) => {
      if (current() && !task.submitted) taskSubmitted(runtime, thread, output);
    },
    succeeded: (output) => {
      if (current()) taskSucceeded(runtime, thread, { value: output });
    },
    failed: (error, cause, phase = 'run') => {
      if (current()) taskFailed(runtime, thread, { error, cause }, phase);
    },
  };
}

function armTimers(runtime: Runtime, thread: Thread, task: TaskProgress): void {
  const { clock } = runtime.host;
  if (task.timeoutSeconds !== undefined) {
    const at = task.scheduledAt + task.timeoutSeconds * 1_000;
    task.timers.push(clock.at(at, () => taskTimedOut(runtime, thread, task, false)));
  }
  if (task.heartbeatSeconds !== undefined && task.token !== undefined) armHeartbeat(runtime, thread, task);
}

/** One timer that moves on as heartbeats come. */
function armHeartbeat(runtime: Runtime, thread: Thread, task: TaskProgress): void {
  const timer = runtime.host.clock.at(heartbeatDue(task), () => {
    task.timers.splice(task.timers.indexOf(timer), 1);
    if (thread.task !== task) return;
    if (runtime.host.clock.now() >= heartbeatDue(task)) taskTimedOut(runtime, thread, task, true);
    else armHeartbeat(runtime, thread, task);
  });
  task.timers.push(timer);
}
