import { beginExecution } from './begin.ts';
import type { Engine, EngineHost, TokenResult } from './contract.ts';
import { compileDefinition } from './definition.ts';
import { HEARTBEAT } from './fold.ts';
import { openJournal } from './journal.ts';
import { viewMapRuns } from './map-run-view.ts';
import type { Execution, Thread } from './model.ts';
import { createRecorder } from './recorder.ts';
import { redriveExecution } from './redrive.ts';
import { loadExecution, resumeThreads } from './resume.ts';
import type { Runtime } from './runtime.ts';
import { createScheduler } from './scheduler.ts';
import { updateMapRun } from './states/map-distributed.ts';
import { taskAnswered } from './states/task-outcome.ts';
import { step } from './step.ts';
import { openTokenMint } from './tokens.ts';

/**
 * The Amazon States Language interpreter. Executions are folds over a durable journal, which is also their history:
 * a process that was killed goes on with {@link Engine.resume} where it was. `turnMilliseconds` is how long executions compute
 * before other work of the process gets its turn; how concurrent branches interleave depends on it.
 */
export function createEngine(host: EngineHost, options: { turnMilliseconds?: number } = {}): Engine {
  const journal = openJournal(host.store);
  const executions = new Map<string, Execution>();
  const mint = openTokenMint(host.store);
  const recorder = createRecorder(host, journal, (execution) => forget(execution));
  const scheduler = createScheduler(
    host.clock,
    (thread) => step(runtime, thread),
    recorder.flush,
    options.turnMilliseconds,
  );
  const runtime: Runtime = {
    ...recorder.runtime,
    wake: scheduler.wake,
    newToken: (execution) => mint.make(execution.key),
  };
  recorder.connect(runtime, scheduler.nudge);
  const { tokens } = runtime;

  function forget(execution: Execution): void {
    executions.delete(execution.start.executionArn);
    for (const thread of execution.threads.values()) if (thread.task?.token) tokens.delete(thread.task.token);
  }

  function add(execution: Execution): void {
    executions.set(execution.start.executionArn, execution);
    armTimeout(execution);
  }

  function armTimeout(execution: Execution): void {
    const seconds = execution.machine.timeoutSeconds;
    if (seconds === undefined) return;
    execution.timeoutTimer = host.clock.at(execution.timeoutFrom + seconds * 1_000, () => {
      if (execution.ended) return;
      runtime.end(execution, { type: 'ExecutionTimedOut', details: { error: 'States.Timeout' } });
    });
  }

  /** What a valid token of a task that is over says; anything else was never a token. */
  function answer(token: string, act: (thread: Thread) => void): TokenResult {
    const thread = tokens.get(token);
    if (!thread) return mint.made(token) ? 'timed-out' : 'unknown';
    act(thread);
    recorder.flush();
    return 'accepted';
  }

  return {
    start(start) {
      const machine = compileDefinition(start.definition);
      const execution = beginExecution(
        start,
        machine,
        start.type === 'EXPRESS' ? 0 : journal.add(start),
        host.clock.now,
      );
      add(execution);
      recorder.begin(execution);
      recorder.flush();
    },
    stop(executionArn, error, cause) {
      const execution = executions.get(executionArn);
      if (!execution) return false;
      const details = { ...(cause === undefined ? {} : { cause }), ...(error === undefined ? {} : { error }) };
      runtime.end(execution, { type: 'ExecutionAborted', details, previous: 0 });
      recorder.flush();
      return true;
    },
    redrive(executionArn, redriveCount) {
      const key = journal.find(executionArn);
      if (key === undefined) throw new Error(`There is no execution ${executionArn}`);
      const execution = loadExecution(journal, key, host.clock.now);
      redriveExecution(runtime, execution, redriveCount);
      journal.setRunning(key, true);
      add(execution);
      recorder.flush();
    },
    resume() {
      for (const key of journal.running()) {
        const execution = loadExecution(journal, key, host.clock.now);
        if (execution.final) {
          recorder.announce(execution, execution.final);
          continue;
        }
        add(execution);
        resumeThreads(runtime, execution);
      }
      recorder.flush();
    },
    taskSucceeded: (token, output) => answer(token, (thread) => taskAnswered(runtime, thread, { output })),
    taskFailed: (token, error, cause) => answer(token, (thread) => taskAnswered(runtime, thread, { error, cause })),
    taskHeartbeat: (token) => answer(token, (thread) => runtime.recordHidden(thread, HEARTBEAT, {})),
    history(executionArn, options = {}) {
      recorder.flush();
      const key = journal.find(executionArn);
      return key === undefined ? [] : journal.history(key, options);
    },
    mapRuns(executionArn) {
      recorder.flush();
      const key = journal.find(executionArn);
      return key === undefined ? [] : viewMapRuns(journal, key, host.clock.now);
    },
    updateMapRun(executionArn, mapRunArn, bounds) {
      const execution = executions.get(executionArn);
      if (execution) updateMapRun(runtime, execution, mapRunArn, bounds);
      recorder.flush();
    },
    historyLength(executionArn) {
      const running = executions.get(executionArn);
      if (running) return running.stream.nextId - 1;
      const key = journal.find(executionArn);
      return key === undefined ? 0 : journal.lastId(key);
    },
  };
}
