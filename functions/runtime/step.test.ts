import type { Context } from 'aws-lambda';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type StepDefinition, step } from './step.ts';
import { timeLeft } from './time-left.ts';

const input = z.object({ tenantId: z.string() });

/** Invokes a step whose function has so many milliseconds left. */
async function invoke<Output>(run: StepDefinition<unknown, Output>['run'], left = 1_000): Promise<unknown> {
  const end = performance.now() + left;
  const context = { getRemainingTimeInMillis: () => end - performance.now() } as Context;
  const output = z.unknown() as unknown as z.ZodType<Output>;
  const handler = step<unknown, Output>({ name: 'a-step', input, output, run });
  return (handler as unknown as (event: unknown, context: Context) => Promise<unknown>)({ tenantId: 'acme' }, context);
}

test('whatever a step calls knows the time that its invocation has left, and nothing else does', async () => {
  const seen = await invoke(async () => {
    await Promise.resolve();
    return timeLeft();
  }, 800);
  expect(seen).toBeGreaterThan(0);
  expect(seen).toBeLessThanOrEqual(800);
  expect(timeLeft()).toBe(Number.POSITIVE_INFINITY);
});

test('a step that does not end in time is not answered for: Lambda ends it, with whatever it has begun', async () => {
  const { promise: late, resolve: end } = Promise.withResolvers<string>();
  const answered = invoke(() => late, 5).then(() => 'answered');
  const waited = new Promise((resolve) => setTimeout(() => resolve('still running'), 40));
  expect(await Promise.race([answered, waited])).toBe('still running');
  end('done');
  expect(await answered).toBe('answered');
});

test('errors of the catalogue keep their name, others become UnexpectedError', async () => {
  const throwing = (error: Error) => invoke(async () => Promise.reject(error));
  await expect(throwing(new CatalogueError('StillCreating', 'not yet'))).rejects.toMatchObject({
    name: 'StillCreating',
  });
  await expect(throwing(new TypeError('a defect'))).rejects.toMatchObject({ name: 'UnexpectedError' });
});

test('input that breaks the schema is InvalidInput and names the field', async () => {
  const handler = step({
    name: 'a-step',
    input: z.object({ count: z.number() }),
    output: z.unknown(),
    run: async () => 1,
  });
  const call = handler as unknown as (event: unknown, context: object) => Promise<unknown>;
  await expect(call({ count: 'one' }, {})).rejects.toMatchObject({
    name: 'InvalidInput',
    message: expect.stringContaining('count'),
  });
});
