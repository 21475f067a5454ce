import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TaskBehaviour } from './testing-crash.ts';
import { runWithCrashes } from './testing-crash.ts';

type Make = (next: { Next: string } | { End: true }, prefix: string) => object;

/** Fails the first attempts, as many as its name says, then answers with its parameters. */
const behave: TaskBehaviour = (call, report) => {
  const failures = Number(/fail(\d)/.exec(call.stateName)?.[1] ?? 0);
  report.started();
  if (call.retryCount < failures) report.failed('Busy', 'not yet');
  else report.succeeded(call.parameters);
};

interface Part {
  name: string;
  make: Make;
}

const leaf: fc.Arbitrary<Part> = fc.oneof(
  fc.constant<Part>({ name: 'Boom', make: () => ({ Type: 'Fail', Error: 'Boom', Cause: 'on purpose' }) }),
  fc.constant<Part>({
    name: 'Pass',
    make: (next) => ({ Type: 'Pass', Parameters: { 'items.$': '$.items', 'n.$': 'States.MathAdd($.n, 1)' }, ...next }),
  }),
  fc.constant<Part>({
    name: 'Jsonata',
    make: (next) => ({
      Type: 'Pass',
      QueryLanguage: 'JSONata',
      Assign: { seen: '{% $states.input.n %}' },
      Output: '{% $merge([$states.input, {"n": $states.input.n * 2}]) %}',
      ...next,
    }),
  }),
  fc.integer({ min: 0, max: 20 }).map(
    (seconds): Part => ({
      name: 'Wait',
      make: (next) => ({ Type: 'Wait', Seconds: seconds, ...next }),
    }),
  ),
  fc.integer({ min: 0, max: 3 }).map(
    (failures): Part => ({
      name: `Task-fail${failures}`,
      make: (next) => ({
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 2, IntervalSeconds: 3 }],
        // The third failure is caught; the path goes on either way.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Next' in next ? next.Next : 'Caught' }],
        ...next,
      }),
    }),
  ),
);

/** A chain of states, some of them with chains inside. */
function chain(depth: number): fc.Arbitrary<(prefix: string) => object> {
  const inner = depth > 0 ? [parallel(depth), map(depth)] : [];
  return fc.array(fc.oneof(leaf, ...inner), { minLength: 1, maxLength: 3 }).map((parts) => (prefix) => {
    const names = parts.map((part, i) => `${prefix}${i}-${part.name}`);
    const states: Record<string, object> = { [`${prefix}Caught`]: { Type: 'Pass', End: true } };
    for (const [i, part] of parts.entries()) {
      const following = names[i + 1] ?? `${prefix}Caught`;
      states[names[i] as string] = part.make({ Next: following }, `${prefix}${i}`);
    }
    return { StartAt: names[0], States: states };
  });
}

function parallel(depth: number): fc.Arbitrary<Part> {
  return fc.array(chain(depth - 1), { minLength: 1, maxLength: 3 }).map((branches) => ({
    name: 'Parallel',
    make: (next, prefix) => ({
      Type: 'Parallel',
      ResultPath: '$.branches',
      Catch: [{ ErrorEquals: ['Boom'], ResultPath: '$.caught', Next: 'Next' in next ? next.Next : 'Caught' }],
      Branches: branches.map((branch, i) => branch(`${prefix}b${i}`)),
      ...next,
    }),
  }));
}

function map(depth: number): fc.Arbitrary<Part> {
  const mode = fc.constantFrom('INLINE', 'DISTRIBUTED');
  return fc.tuple(chain(depth - 1), fc.integer({ min: 0, max: 3 }), mode).map(([body, concurrency, Mode]) => ({
    name: 'Map',
    make: (next, prefix) => ({
      Type: 'Map',
      ItemsPath: '$.items',
      ItemSelector: { 'n.$': '$$.Map.Item.Value', 'items.$': '$.items' },
      MaxConcurrency: concurrency,
      ResultPath: '$.mapped',
      Retry: [{ ErrorEquals: ['Boom'], MaxAttempts: 1 }],
      ItemProcessor: { ProcessorConfig: { Mode, ExecutionType: 'STANDARD' }, ...body(`${prefix}m`) },
      ...next,
    }),
  }));
}

test('a crash at any point changes nothing in the history, and no recorded task runs again', async () => {
  const machines = chain(2).map((make) => make(''));
  const crashes = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(machines, crashes, async (machine, points) => {
      const input = { n: 1, items: [1, 2, 3] };
      const whole = await runWithCrashes(machine, input, behave, []);
      const broken = await runWithCrashes(machine, input, behave, points);
      expect(broken.outcome).toEqual({ ...whole.outcome, stopTime: broken.outcome.stopTime });
      expect(broken.history).toEqual(whole.history);
      expect(broken.repeated).toEqual([]);
    }),
    { numRuns: 80 },
  );
});
