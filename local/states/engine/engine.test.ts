import { describe, expect, test } from 'vitest';
import { openMachine, runMachine } from './testing.ts';

describe('an execution', () => {
  test('passes through states and shows each in the history', async () => {
    const run = await runMachine(
      {
        StartAt: 'First',
        States: {
          First: { Type: 'Pass', Parameters: { 'twice.$': 'States.MathAdd($.n, $.n)' }, Next: 'Second' },
          Second: { Type: 'Succeed' },
        },
      },
      { n: 21 },
    );
    expect(run.outcome).toMatchObject({ status: 'SUCCEEDED', output: '{"twice":42}' });
    expect(run.history.map((event) => [event.id, event.previousEventId, event.type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'PassStateEntered'],
      [3, 2, 'PassStateExited'],
      [4, 3, 'SucceedStateEntered'],
      [5, 4, 'SucceedStateExited'],
      [6, 5, 'ExecutionSucceeded'],
    ]);
  });

  test('retries a failed task after its delay, then catches it', async () => {
    let attempts = 0;
    const machine = await openMachine(
      {
        QueryLanguage: 'JSONata',
        StartAt: 'Work',
        States: {
          Work: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Arguments: { FunctionName: 'f' },
            Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 10, MaxAttempts: 2, BackoffRate: 3 }],
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done', Output: '{% $states.errorOutput.Error %}' }],
            Next: 'Done',
          },
          Done: { Type: 'Succeed' },
        },
      },
      {},
      {
        run(_call, report) {
          attempts++;
          report.failed('Busy', 'try later');
          return { cancel: () => undefined };
        },
      },
    );
    while (machine.outcomes.length === 0) await machine.advance();
    expect(attempts).toBe(3);
    expect(machine.outcomes).toMatchObject([{ output: '"Busy"' }]);
    const scheduled = machine.engine.history(machine.arn).filter((event) => event.type === 'TaskScheduled');
    const times = scheduled.map((event) => event.timestamp - (scheduled[0]?.timestamp ?? 0));
    expect(times).toEqual([0, 10_000, 40_000]);
    machine.close();
  });

  test('runs branches and iterations and joins their outputs in order', async () => {
    const run = await runMachine(
      {
        StartAt: 'Both',
        States: {
          Both: {
            Type: 'Parallel',
            Branches: [
              { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 5, End: true } } },
              {
                StartAt: 'M',
                States: {
                  M: {
                    Type: 'Map',
                    ItemsPath: '$.items',
                    ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } },
                    End: true,
                  },
                },
              },
            ],
            End: true,
          },
        },
      },
      { items: [1, 2] },
    );
    expect(run.outcome.output).toBe('[{"items":[1,2]},[1,2]]');
  });
});
