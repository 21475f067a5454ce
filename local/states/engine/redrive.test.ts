import { expect, test } from 'vitest';
import type { TaskRunner } from './contract.ts';
import { openMachine } from './testing.ts';

/** Fails tasks whose parameters are in `broken`. */
function fixable(broken: Set<unknown>): TaskRunner & { ran: unknown[] } {
  const runner = {
    ran: [] as unknown[],
    run(call: Parameters<TaskRunner['run']>[0], report: Parameters<TaskRunner['run']>[1]) {
      runner.ran.push(call.parameters);
      if (broken.has(call.parameters)) report.failed('Broken', 'fix me');
      else report.succeeded(call.parameters);
      return { cancel: () => undefined };
    },
  };
  return runner;
}

const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' };

test('a redrive runs the failed task again, in the same history', async () => {
  const broken = new Set<unknown>(['in']);
  const tasks = fixable(broken);
  const machine = await openMachine({ StartAt: 'T', States: { T: { ...task, End: true } } }, 'in', tasks);
  expect(machine.outcomes).toMatchObject([{ status: 'FAILED', error: 'Broken' }]);
  broken.clear();
  machine.engine.redrive(machine.arn, 1);
  await machine.settle();
  expect(machine.outcomes[1]).toMatchObject({ status: 'SUCCEEDED', output: '"in"' });
  expect(machine.types().slice(4)).toEqual([
    'TaskFailed',
    'ExecutionFailed',
    'ExecutionRedriven',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  const ids = machine.engine.history(machine.arn).map((event) => event.id);
  expect(ids).toEqual(ids.map((_, i) => i + 1));
  machine.close();
});

test('of a Map and a Parallel only the branches that failed run again', async () => {
  const broken = new Set<unknown>([2]);
  const tasks = fixable(broken);
  const machine = await openMachine(
    {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'Each',
              States: {
                Each: {
                  Type: 'Map',
                  MaxConcurrency: 1,
                  ItemProcessor: { StartAt: 'T', States: { T: { ...task, End: true } } },
                  End: true,
                },
              },
            },
            { StartAt: 'Other', States: { Other: { Type: 'Pass', Result: 'other', End: true } } },
          ],
          End: true,
        },
      },
    },
    [1, 2, 3],
    tasks,
  );
  expect(tasks.ran).toEqual([1, 2]);
  broken.clear();
  machine.engine.redrive(machine.arn, 1);
  await machine.settle();
  expect(tasks.ran).toEqual([1, 2, 2, 3]);
  expect(machine.outcomes[1]).toMatchObject({ status: 'SUCCEEDED', output: '[[1,2,3],"other"]' });
  machine.close();
});

test('retry counters start again after a redrive', async () => {
  const broken = new Set<unknown>(['in']);
  const tasks = fixable(broken);
  const retrying = { ...task, Retry: [{ ErrorEquals: ['Broken'], MaxAttempts: 2 }], End: true };
  const machine = await openMachine({ StartAt: 'T', States: { T: retrying } }, 'in', tasks);
  while (machine.outcomes.length < 1) await machine.advance();
  machine.engine.redrive(machine.arn, 1);
  await machine.settle();
  while (machine.outcomes.length < 2) await machine.advance();
  expect(tasks.ran).toHaveLength(6);
  machine.close();
});

test('a stopped execution goes on from the state it was in', async () => {
  const machine = await openMachine(
    { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, Next: 'P' }, P: { Type: 'Pass', End: true } } },
    {},
    fixable(new Set()),
  );
  machine.engine.stop(machine.arn);
  machine.engine.redrive(machine.arn, 1);
  await machine.settle();
  await machine.advance();
  expect(machine.outcomes.map((outcome) => outcome.status)).toEqual(['ABORTED', 'SUCCEEDED']);
  machine.close();
});
