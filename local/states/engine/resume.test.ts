import { expect, test } from 'vitest';
import { openStore } from '../../kernel/sqlite-store.ts';
import type { ExecutionOutcome, TaskCall, TaskReport } from './contract.ts';
import { createEngine } from './engine.ts';
import { startOf } from './testing.ts';
import { manualClock } from './testing-clock.ts';

/** Two processes, one after the other, on one store. */
function processes() {
  const store = openStore(':memory:');
  const clock = manualClock(1_700_000_000_000);
  return () => {
    const calls: { call: TaskCall; report: TaskReport }[] = [];
    const outcomes: ExecutionOutcome[] = [];
    const engine = createEngine({
      clock,
      store,
      tasks: {
        run(call, report) {
          calls.push({ call, report });
          return { cancel: () => undefined };
        },
      },
      ended: (_execution, outcome) => outcomes.push(outcome),
    });
    const settle = async () => {
      do await new Promise((resolve) => setImmediate(resolve));
      while (clock.held);
    };
    return { engine, calls, outcomes, settle, clock };
  };
}

const machine = (resource: string, more: object = {}) => ({
  StartAt: 'T',
  States: { T: { Type: 'Task', Resource: `arn:aws:states:::${resource}`, ...more, End: true } },
});

test('a submitted task token is not asked for again, and still answers', async () => {
  const begin = processes();
  const first = begin();
  first.engine.start(startOf(machine('sqs:sendMessage.waitForTaskToken'), {}, first.clock.now()));
  await first.settle();
  const token = first.calls[0]?.call.taskToken ?? '';
  first.calls[0]?.report.submitted({ MessageId: '1' });
  await first.settle();
  const second = begin();
  second.engine.resume();
  await second.settle();
  expect(second.calls).toEqual([]);
  expect(second.engine.taskSucceeded(token, '"done"')).toBe('accepted');
  await second.settle();
  expect(second.outcomes).toMatchObject([{ status: 'SUCCEEDED', output: '"done"' }]);
});

test('a submitted nested execution is handed out with what was submitted, an unsubmitted one without', async () => {
  for (const submitted of [true, false]) {
    const begin = processes();
    const first = begin();
    first.engine.start(startOf(machine('states:startExecution.sync:2'), {}, first.clock.now()));
    await first.settle();
    if (submitted) first.calls[0]?.report.submitted({ ExecutionArn: 'arn:child' });
    await first.settle();
    const second = begin();
    second.engine.resume();
    expect(second.calls.map(({ call }) => call.submitted)).toEqual([
      submitted ? { ExecutionArn: 'arn:child' } : undefined,
    ]);
    second.calls[0]?.report.succeeded({ Status: 'SUCCEEDED' });
    await second.settle();
    expect(second.outcomes).toMatchObject([{ status: 'SUCCEEDED' }]);
  }
});

test('timeouts count from the recorded start, whatever happened in between', async () => {
  const begin = processes();
  const first = begin();
  const start = first.clock.now();
  first.engine.start(startOf(machine('lambda:invoke', { TimeoutSeconds: 60 }), {}, start));
  await first.settle();
  first.clock.close();
  const second = begin();
  second.clock.at(start + 20_000, () => second.engine.resume());
  while (second.outcomes.length === 0) {
    second.clock.advance();
    await second.settle();
  }
  expect(second.outcomes).toMatchObject([{ error: 'States.Timeout', stopTime: start + 60_000 }]);
});

test('an execution whose end the host knows of is over', async () => {
  const begin = processes();
  const first = begin();
  first.engine.start(startOf(machine('lambda:invoke'), {}, first.clock.now()));
  await first.settle();
  first.calls[0]?.report.succeeded(1);
  await first.settle();
  expect(first.outcomes).toHaveLength(1);
  const second = begin();
  second.engine.resume();
  await second.settle();
  expect(second.outcomes).toEqual([]);
  expect(second.calls).toEqual([]);
});

test('an answer that came before its request was answered outlives the process; the request is not repeated', async () => {
  const begin = processes();
  const first = begin();
  first.engine.start(startOf(machine('sqs:sendMessage.waitForTaskToken'), {}, first.clock.now()));
  await first.settle();
  first.calls[0]?.report.started();
  expect(first.engine.taskFailed(first.calls[0]?.call.taskToken ?? '', 'Refused', 'too late')).toBe('accepted');
  const second = begin();
  second.engine.resume();
  await second.settle();
  expect(second.calls).toEqual([]);
  expect(second.outcomes).toMatchObject([{ status: 'FAILED', error: 'Refused', cause: 'too late' }]);
});
