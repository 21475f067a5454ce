import type { Engine } from './engine.ts';
import { cleanUp, keptByPolicy } from './phases/cleanup.ts';
import { deployResources } from './phases/deploy.ts';
import { removeResources } from './phases/remove.ts';
import { rollBackResources } from './phases/roll-back-update.ts';
import { inProgress, type StackRecord, type StackStatus } from './stack-record.ts';

type Phase = (engine: Engine, stack: StackRecord, cancel: AbortController) => Promise<void>;

/** What happens in each status; each phase ends by setting the next one, so that a restart goes on from the status. */
const PHASES: Partial<Record<StackStatus, Phase>> = {
  CREATE_IN_PROGRESS: create,
  ROLLBACK_IN_PROGRESS: rollBackCreation,
  DELETE_IN_PROGRESS: removeStack,
  UPDATE_IN_PROGRESS: update,
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: cleanUpUpdate,
  UPDATE_ROLLBACK_IN_PROGRESS: rollBackUpdate,
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: cleanUpRollback,
};

/** Runs the operations of stacks, one at a time per stack. */
export interface StackRunner {
  /** Goes on with the stack from its status. Returns at once; the operation runs on the clock. */
  run(stackId: string): void;
  /** Tells a running deployment to start nothing more; it goes on with whatever status the stack has then. */
  cancel(stackId: string): void;
  /** Resolves when no operation of the stack runs in this process. */
  settled(stackId: string): Promise<void>;
}

/** The runner of a local cloud's stacks. */
export function createStackRunner(engine: Engine): StackRunner {
  const running = new Map<string, { cancel: AbortController; done: Promise<void> }>();
  const runner: StackRunner = {
    run(stackId) {
      if (running.has(stackId)) return;
      const cancel = new AbortController();
      const done = runPhases(engine, stackId, cancel).finally(() => running.delete(stackId));
      running.set(stackId, { cancel, done });
    },
    cancel(stackId) {
      running.get(stackId)?.cancel.abort();
    },
    settled: (stackId) => running.get(stackId)?.done ?? Promise.resolve(),
  };
  return runner;
}

async function runPhases(engine: Engine, stackId: string, cancel: AbortController): Promise<void> {
  const release = engine.cloud.clock.hold('cloudformation start');
  // Let the call that started the operation answer first.
  await Promise.resolve();
  release();
  for (;;) {
    const stack = engine.stacks.byId(stackId);
    const phase = PHASES[stack.status];
    if (!phase || !inProgress(stack.status)) return;
    try {
      await phase(engine, stack, cancel);
    } catch (error) {
      engine.cloud.log('error', 'stack operation failed', {
        stack: stack.stackName,
        error: String((error as Error).stack),
      });
      engine.stacks.setStatus(
        stackId,
        FAILED[stack.status] ?? 'UPDATE_FAILED',
        `Internal Failure: ${(error as Error).message}`,
      );
    }
  }
}

const FAILED: Partial<Record<StackStatus, StackStatus>> = {
  CREATE_IN_PROGRESS: 'CREATE_FAILED',
  ROLLBACK_IN_PROGRESS: 'ROLLBACK_FAILED',
  DELETE_IN_PROGRESS: 'DELETE_FAILED',
  UPDATE_ROLLBACK_IN_PROGRESS: 'UPDATE_ROLLBACK_FAILED',
};

async function create(engine: Engine, stack: StackRecord, cancel: AbortController): Promise<void> {
  const timer =
    stack.timeoutMinutes === undefined
      ? undefined
      : engine.cloud.clock.at(stack.operation.startedAt + stack.timeoutMinutes * 60_000, () => cancel.abort(), {
          background: true,
        });
  const result = await deployResources(engine, stack, cancel);
  timer?.cancel();
  const { setStatus } = engine.stacks;
  // Deleted meanwhile: the deletion goes on from here.
  if (engine.stacks.byId(stack.stackId).status !== stack.status) return;
  if (result.ok) setStatus(stack.stackId, 'CREATE_COMPLETE');
  else if (stack.operation.onFailure === 'DO_NOTHING') setStatus(stack.stackId, 'CREATE_FAILED', result.reason.trim());
  else if (stack.operation.onFailure === 'DELETE')
    setStatus(stack.stackId, 'DELETE_IN_PROGRESS', `${result.reason}Delete requested by user.`);
  else setStatus(stack.stackId, 'ROLLBACK_IN_PROGRESS', `${result.reason}Rollback requested by user.`);
}

async function rollBackCreation(engine: Engine, stack: StackRecord): Promise<void> {
  const failed = await removeResources(
    engine,
    stack,
    engine.stacks.resources(stack.stackId),
    (record) => record.current !== undefined && record.deletionPolicy === 'Retain',
  );
  if (failed.length === 0) engine.stacks.setStatus(stack.stackId, 'ROLLBACK_COMPLETE');
  else
    engine.stacks.setStatus(
      stack.stackId,
      'ROLLBACK_FAILED',
      `The following resource(s) failed to delete: [${failed.join(', ')}]. `,
    );
}

async function removeStack(engine: Engine, stack: StackRecord): Promise<void> {
  const { stacks } = engine;
  const retained = new Set(stack.operation.retain);
  const standing = stacks
    .resources(stack.stackId)
    .filter((record) => record.status !== 'DELETE_COMPLETE' && record.status !== 'DELETE_SKIPPED');
  const failed = await removeResources(
    engine,
    stack,
    standing,
    (record) => retained.has(record.logicalId) || keptByPolicy(record),
  );
  if (failed.length > 0) {
    stacks.setStatus(
      stack.stackId,
      'DELETE_FAILED',
      `The following resource(s) failed to delete: [${failed.sort().join(', ')}]. `,
    );
    return;
  }
  stacks.transaction(() => {
    stacks.put({ ...stacks.byId(stack.stackId), outputs: stack.outputs });
    stacks.setStatus(stack.stackId, 'DELETE_COMPLETE');
  });
}

async function update(engine: Engine, stack: StackRecord, cancel: AbortController): Promise<void> {
  const result = await deployResources(engine, stack, cancel);
  const { setStatus } = engine.stacks;
  // CancelUpdateStack has begun the rollback.
  if (engine.stacks.byId(stack.stackId).status !== stack.status) return;
  if (result.ok) setStatus(stack.stackId, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  else if (stack.operation.onFailure === 'DO_NOTHING') setStatus(stack.stackId, 'UPDATE_FAILED', result.reason.trim());
  else setStatus(stack.stackId, 'UPDATE_ROLLBACK_IN_PROGRESS', result.reason.trim());
}

async function cleanUpUpdate(engine: Engine, stack: StackRecord): Promise<void> {
  await cleanUp(engine, stack);
  engine.stacks.dropStaleImports(stack);
  engine.stacks.setStatus(stack.stackId, 'UPDATE_COMPLETE');
}

async function rollBackUpdate(engine: Engine, stack: StackRecord): Promise<void> {
  const { stacks } = engine;
  const failed = await rollBackResources(engine, stack, stack.operation.retain);
  if (failed.length > 0) {
    stacks.setStatus(
      stack.stackId,
      'UPDATE_ROLLBACK_FAILED',
      `The following resource(s) failed to update: [${failed.sort().join(', ')}]. `,
    );
    return;
  }
  stacks.transaction(() => {
    stacks.putTemplate(stack.stackId, stacks.templateText(stack.stackId, 'previous'));
    stacks.put({ ...stacks.byId(stack.stackId), ...stack.operation.previous });
    stacks.setStatus(stack.stackId, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  });
}

async function cleanUpRollback(engine: Engine, stack: StackRecord): Promise<void> {
  await cleanUp(engine, stack);
  engine.stacks.setStatus(stack.stackId, 'UPDATE_ROLLBACK_COMPLETE');
}
