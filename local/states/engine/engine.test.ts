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

describe('a definition that cannot run', () => {
  const only = (state: object) => ({ StartAt: 'S', States: { S: state } });
  test.each([
    ['a state that does not exist', { StartAt: 'S', States: {} }, "There is no state 'S'"],
    ['an unknown type', only({ Type: 'Sleep' }), 'Unknown state type'],
    ['a malformed path', only({ Type: 'Pass', InputPath: '$.[', End: true }), 'Property name expected'],
    ['malformed JSONata', only({ Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% ( %}', End: true }), 'before end'],
    [
      'a filter that backtracks without end',
      only({ Type: 'Pass', Parameters: { 'a.$': '$[?(@ =~ /(a+)+$/)]' }, End: true }),
      'timeout',
    ],
    [
      'a loop',
      { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'A' } } },
      'maximum number of history events (25000)',
    ],
  ])('%s fails as States.Runtime', async (_name, definition, cause) => {
    const { outcome } = await runMachine(definition, [`${'a'.repeat(50)}!`]);
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining(cause) });
  });

  test('no rule of a Choice matches', async () => {
    const choice = only({ Type: 'Choice', Choices: [{ Variable: '$', IsNull: true, Next: 'S' }] });
    const { outcome } = await runMachine(choice, 1);
    expect(outcome.error).toBe('States.NoChoiceMatched');
  });

  test('a state that doubles its input ends at the payload limit', async () => {
    const doubling = { Type: 'Pass', Parameters: { 'a.$': '$', 'b.$': '$' }, Next: 'S' };
    const { outcome } = await runMachine(only(doubling), 'xxxxxxxx');
    expect(outcome.error).toBe('States.DataLimitExceeded');
  });

  test('deep nesting neither stops the engine nor harms what only passes it on', async () => {
    const deep = JSON.parse(`${'['.repeat(4_000)}${']'.repeat(4_000)}`);
    const passed = await runMachine(only({ Type: 'Pass', Parameters: { 'a.$': '$' }, End: true }), deep);
    expect(passed.outcome.status).toBe('SUCCEEDED');
  });
});

describe('a distributed Map', () => {
  const machine = (more: object, state: object = { Type: 'Pass', End: true }) => ({
    StartAt: 'M',
    States: {
      M: {
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'S',
          States: { S: state, Bad: { Type: 'Fail', Error: 'Bad' }, Good: { Type: 'Pass', End: true } },
        },
        End: true,
        ...more,
      },
    },
  });
  const picky = {
    Type: 'Choice',
    Choices: [{ Variable: '$', NumericEquals: 2, Next: 'Bad' }],
    Default: 'Good',
  };

  test('hands out batches with their common input', async () => {
    const batcher = { ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { of: 'all' } } };
    const { outcome } = await runMachine(machine(batcher), [1, 2, 3]);
    expect(JSON.parse(outcome.output ?? '')).toEqual([
      { BatchInput: { of: 'all' }, Items: [1, 2] },
      { BatchInput: { of: 'all' }, Items: [3] },
    ]);
  });

  test('tolerates as many failures as it says, and not one more', async () => {
    const tolerant = await runMachine(machine({ ToleratedFailurePercentage: 50 }, picky), [1, 2, 3]);
    expect(tolerant.outcome).toMatchObject({ status: 'SUCCEEDED', output: '[1,3]' });
    const strict = await runMachine(machine({ ToleratedFailureCount: 1 }, picky), [2, 2, 3]);
    expect(strict.outcome.error).toBe('States.ExceedToleratedFailureThreshold');
    expect(strict.history.map((event) => event.type).slice(2)).toEqual([
      'MapStateStarted',
      'MapRunStarted',
      'MapRunFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });
});
