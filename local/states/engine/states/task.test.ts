import { expect, test } from 'vitest';
import type { TaskCall, TaskReport, TaskRunner } from '../contract.ts';
import { openMachine, runMachine } from '../testing.ts';

/** A runner that only remembers what it was given. */
function recording(): TaskRunner & { calls: { call: TaskCall; report: TaskReport }[]; cancelled: number } {
  const runner = {
    calls: [] as { call: TaskCall; report: TaskReport }[],
    cancelled: 0,
    run(call: TaskCall, report: TaskReport) {
      runner.calls.push({ call, report });
      return { cancel: () => void runner.cancelled++ };
    },
  };
  return runner;
}

const waiting = (more: object = {}) => ({
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Parameters: { 'MessageBody.$': '$$.Task.Token' },
      End: true,
      ...more,
    },
  },
});

test('a task token is answered once; later answers are too late, invented ones unknown', async () => {
  const tasks = recording();
  const machine = await openMachine(waiting(), {}, tasks);
  const token = tasks.calls[0]?.call.taskToken ?? '';
  expect(tasks.calls[0]?.call.parameters).toEqual({ MessageBody: token });
  tasks.calls[0]?.report.submitted({ MessageId: '1' });
  expect(machine.engine.taskHeartbeat(token)).toBe('accepted');
  expect(machine.engine.taskSucceeded(token, '{"ok":true}')).toBe('accepted');
  expect(machine.engine.taskSucceeded(token, '{}')).toBe('timed-out');
  expect(machine.engine.taskFailed('AAAA', 'E')).toBe('unknown');
  await machine.settle();
  expect(machine.outcomes).toMatchObject([{ status: 'SUCCEEDED', output: '{"ok":true}' }]);
  expect(machine.types()).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSubmitted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  machine.close();
});

test('an answer that is faster than its request waits for TaskSubmitted', async () => {
  const tasks = recording();
  const machine = await openMachine(waiting(), {}, tasks);
  const token = tasks.calls[0]?.call.taskToken ?? '';
  tasks.calls[0]?.report.started();
  expect(machine.engine.taskSucceeded(token, '{"early":true}')).toBe('accepted');
  expect(machine.engine.taskSucceeded(token, '{"again":true}')).toBe('timed-out');
  expect(machine.types().at(-1)).toBe('TaskStarted');
  tasks.calls[0]?.report.submitted({});
  await machine.settle();
  expect(machine.outcomes).toMatchObject([{ status: 'SUCCEEDED', output: '{"early":true}' }]);
  expect(machine.types().slice(3, 6)).toEqual(['TaskStarted', 'TaskSubmitted', 'TaskSucceeded']);
  machine.close();
});

test('heartbeats keep a task alive; the first missed one ends it as States.Timeout', async () => {
  const tasks = recording();
  const machine = await openMachine(waiting({ HeartbeatSeconds: 60 }), {}, tasks);
  const token = tasks.calls[0]?.call.taskToken ?? '';
  tasks.calls[0]?.report.submitted({});
  const started = machine.clock.now();
  machine.clock.at(started + 50_000, () => expect(machine.engine.taskHeartbeat(token)).toBe('accepted'));
  while (machine.outcomes.length === 0 && (await machine.advance()));
  expect(machine.outcomes).toMatchObject([{ status: 'FAILED', error: 'States.Timeout', stopTime: started + 110_000 }]);
  expect(machine.outcomes[0]?.cause).toBeUndefined();
  expect(machine.types()).toContain('TaskTimedOut');
  machine.close();
});

test('a missed heartbeat can be caught by its own name, a plain timeout cannot', async () => {
  const caught = (fields: object) => ({
    StartAt: 'Ask',
    States: {
      ...waiting({ ...fields, Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Late' }] }).States,
      Late: { Type: 'Pass', Result: 'late', End: true },
    },
  });
  const heartbeat = await runMachine(caught({ HeartbeatSeconds: 5, TimeoutSeconds: 60 }), {}, recording());
  expect(heartbeat.outcome).toMatchObject({ status: 'SUCCEEDED', output: '"late"' });
  const timeout = await runMachine(caught({ TimeoutSeconds: 5 }), {}, recording());
  expect(timeout.outcome).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
});

test('a task that timed out is cancelled and what it reports later is ignored', async () => {
  const tasks = recording();
  const machine = await openMachine(
    {
      StartAt: 'T',
      States: { T: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:1:function:f', TimeoutSeconds: 3, End: true } },
    },
    {},
    tasks,
  );
  await machine.advance();
  expect(tasks.cancelled).toBe(1);
  tasks.calls[0]?.report.succeeded('too late');
  expect(machine.types()).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionStarted',
    'LambdaFunctionTimedOut',
    'ExecutionFailed',
  ]);
  machine.close();
});

test('stopping ends the execution with ExecutionAborted and cancels its task', async () => {
  const tasks = recording();
  const machine = await openMachine(waiting(), {}, tasks);
  expect(machine.engine.stop(machine.arn, 'Why', 'because')).toBe(true);
  expect(machine.engine.stop(machine.arn)).toBe(false);
  expect(machine.outcomes).toMatchObject([{ status: 'ABORTED', error: 'Why', cause: 'because' }]);
  expect(tasks.cancelled).toBe(1);
  expect(machine.engine.taskSucceeded(tasks.calls[0]?.call.taskToken ?? '', '{}')).toBe('timed-out');
  machine.close();
});

test('the machine time limit ends the execution as TIMED_OUT', async () => {
  const machine = await openMachine({ ...waiting(), TimeoutSeconds: 30 }, {}, recording());
  await machine.advance();
  expect(machine.outcomes).toMatchObject([{ status: 'TIMED_OUT', error: 'States.Timeout' }]);
  expect(machine.types().at(-1)).toBe('ExecutionTimedOut');
  machine.close();
});

test('results and states over 256 KiB fail as States.DataLimitExceeded, which States.ALL does not catch', async () => {
  const large: TaskRunner = {
    run(_call, report) {
      report.succeeded('x'.repeat(262_144));
      return { cancel: () => undefined };
    },
  };
  const definition = {
    StartAt: 'T',
    States: {
      T: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'P' }],
        End: true,
      },
      P: { Type: 'Pass', End: true },
    },
  };
  const { outcome } = await runMachine(definition, {}, large);
  expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  const passes = await runMachine({ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }, 'x'.repeat(262_142));
  expect(passes.outcome.status).toBe('SUCCEEDED');
});

test('credentials, visits and attempts are handed to the runner', async () => {
  const seen: unknown[] = [];
  const tasks: TaskRunner = {
    run(call, report) {
      seen.push([call.visit, call.retryCount, call.roleArn]);
      if (call.visit === 0 && call.retryCount === 0) report.failed('Busy', '');
      else report.succeeded({ n: call.visit });
      return { cancel: () => undefined };
    },
  };
  await runMachine(
    {
      StartAt: 'T',
      States: {
        T: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Credentials: { RoleArn: 'arn:aws:iam::222222222222:role/other' },
          Retry: [{ ErrorEquals: ['Busy'] }],
          Next: 'Again',
        },
        Again: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericEquals: 0, Next: 'T' }], Default: 'Done' },
        Done: { Type: 'Succeed' },
      },
    },
    {},
    tasks,
  );
  const role = 'arn:aws:iam::222222222222:role/other';
  expect(seen).toEqual([
    [0, 0, role],
    [0, 1, role],
    [1, 0, role],
  ]);
});
