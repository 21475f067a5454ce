import { expect, it } from 'vitest';
import { jumpingClock } from '../kernel/clocks.ts';
import { administrator, createCloud } from '../kernel/cloud.ts';
import type { Identity, OperationInput } from '../kernel/service.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import { ssmService } from './service.ts';

const OPERATOR = administrator('111111111111');

function parameters() {
  const identity = { authorize: () => undefined } as unknown as Identity;
  const cloud = createCloud({ clock: jumpingClock(), store: openStore(':memory:'), identity: () => identity });
  cloud.register(ssmService(cloud));
  return (operation: string, input: unknown): Promise<OperationInput> => cloud.call('ssm', operation, input, OPERATOR);
}

it('keeps a parameter with a version and an ARN', async () => {
  const call = parameters();
  expect(await call('PutParameter', { Name: '/a/b', Type: 'String', Value: 'x' })).toEqual({
    Version: 1,
    Tier: 'Standard',
  });
  await expect(call('PutParameter', { Name: '/a/b', Type: 'String', Value: 'y' })).rejects.toMatchObject({
    code: 'ParameterAlreadyExists',
  });
  expect(await call('PutParameter', { Name: '/a/b', Value: 'y', Overwrite: true })).toMatchObject({ Version: 2 });
  const { Parameter } = await call('GetParameter', { Name: '/a/b' });
  expect(Parameter).toMatchObject({
    Value: 'y',
    Type: 'String',
    ARN: 'arn:aws:ssm:us-east-1:111111111111:parameter/a/b',
  });
  expect((await call('GetParameter', { Name: Parameter.ARN })).Parameter.Value).toBe('y');
});

it('finds by path, one level or all', async () => {
  const call = parameters();
  for (const Name of ['/a/1', '/a/b/2', '/ab/3']) await call('PutParameter', { Name, Type: 'String', Value: 'x' });
  const names = async (Recursive: boolean) =>
    (await call('GetParametersByPath', { Path: '/a', Recursive })).Parameters.map(
      (parameter: { Name: string }) => parameter.Name,
    );
  expect(await names(false)).toEqual(['/a/1']);
  expect(await names(true)).toEqual(['/a/1', '/a/b/2']);
});

it('names what is missing, and refuses reserved names and long values', async () => {
  const call = parameters();
  expect(await call('GetParameters', { Names: ['nope'] })).toEqual({ Parameters: [], InvalidParameters: ['nope'] });
  await expect(call('GetParameter', { Name: 'nope' })).rejects.toMatchObject({ code: 'ParameterNotFound' });
  await expect(call('DeleteParameter', { Name: 'nope' })).rejects.toMatchObject({ code: 'ParameterNotFound' });
  await expect(call('PutParameter', { Name: '/aws/x', Type: 'String', Value: 'x' })).rejects.toThrow(
    "can't be prefixed",
  );
  await expect(call('PutParameter', { Name: 'x', Type: 'String', Value: 'x'.repeat(4097) })).rejects.toThrow(
    'maximum parameter value of 4096',
  );
});

it('refuses names that are no list as the mistake of the client', async () => {
  await expect(parameters()('GetParameters', { Names: 5 })).rejects.toMatchObject({ code: 'SerializationException' });
});
