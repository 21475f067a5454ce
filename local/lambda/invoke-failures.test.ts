import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lambdaService } from './service.ts';
import { type TestCloud, testCloud } from './test-cloud.ts';
import { create, esm, handler, invoke } from './test-function.ts';

let test: TestCloud;

beforeAll(async () => {
  test = await testCloud([(cloud) => lambdaService(cloud, { maxWorkers: 6 })]);
});
afterAll(() => test.cloud.stop());

describe('a failing function', () => {
  it('answers with the name, message and trace of the error', async () => {
    await create(
      test,
      'fails',
      handler('const error = new Error("no room"); error.name = "PlacementFull"; throw error'),
    );
    const { body, StatusCode, FunctionError } = await invoke(test, 'fails');
    expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(body).toMatchObject({ errorType: 'PlacementFull', errorMessage: 'no room' });
    expect(body.trace[0]).toContain('no room');
  });

  it.each([
    ['thrown_text', handler('throw "plain"'), { errorType: 'string', errorMessage: 'plain' }],
    [
      'exit_one',
      handler('process.exit(1)'),
      {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Runtime exited with error: exit status 1$/),
      },
    ],
    [
      'exit_zero',
      handler('process.exit(0)'),
      {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(/Error: Runtime exited without providing a reason$/),
      },
    ],
    [
      'rejection',
      handler('Promise.reject(new Error("lost")); await new Promise(() => setTimeout(() => {}, 60000))'),
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: lost' },
    ],
    [
      'memory',
      handler('const a = []; for (;;) a.push(new Array(1e5).fill(Math.random()))'),
      { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: killed') },
    ],
    [
      'missing_module',
      { 'other.mjs': '' },
      { errorType: 'Runtime.ImportModuleError', errorMessage: expect.stringContaining("Cannot find module 'index'") },
    ],
    [
      'missing_import',
      esm('import "nothing-of-this-name"; export const handler = 1'),
      { errorType: 'Runtime.ImportModuleError', errorMessage: expect.stringContaining('nothing-of-this-name') },
    ],
    [
      'missing_handler',
      esm('export const other = 1'),
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' },
    ],
    [
      'syntax',
      esm('export const handler = ;'),
      { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: expect.stringContaining('SyntaxError') },
    ],
    ['throws_at_init', esm('throw new TypeError("no config")'), { errorType: 'TypeError', errorMessage: 'no config' }],
    [
      'callback',
      esm('export const handler = (event, context, callback) => callback(null, 1)'),
      { errorType: 'Runtime.CallbackHandlerDeprecated' },
    ],
  ])('answers %s as Lambda does, and works again afterwards', async (name, files, expected) => {
    await create(test, name, files);
    for (const _attempt of [1, 2]) {
      const { body, FunctionError } = await invoke(test, name);
      expect(FunctionError).toBe('Unhandled');
      expect(body).toMatchObject(expected);
    }
  });

  it('is stopped at its timeout, also in an endless loop', async () => {
    await create(
      test,
      'endless',
      handler('if (event.loop) for (;;); await new Promise((resolve) => setTimeout(resolve, 60000))'),
      { Timeout: 1 },
    );
    for (const loop of [true, false]) {
      const { body } = await invoke(test, 'endless', { loop });
      expect(body).toEqual({
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/),
      });
    }
  });

  it('may call back in the older runtime', async () => {
    await create(
      test,
      'callback22',
      esm('export const handler = (event, context, callback) => setTimeout(() => callback(null, "called"), 1)'),
      { Runtime: 'nodejs22.x' },
    );
    expect((await invoke(test, 'callback22')).body).toBe('called');
  });

  it('answers a too large result with Function.ResponseSizeTooLarge', async () => {
    await create(test, 'large', handler('return "x".repeat(6291556)'));
    expect((await invoke(test, 'large')).body.errorType).toBe('Function.ResponseSizeTooLarge');
  });
});
