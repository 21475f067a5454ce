import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Cloud } from '../kernel/service.ts';
import type { QueuedEvent } from './event-queue.ts';
import { lambdaService } from './service.ts';
import { type TestCloud, testCloud, until } from './test-cloud.ts';
import { writeZip } from './zip.ts';

/** Accepts one event and dies before the function can have run. */
const CHILD = (state: string) => `
  import { lambdaService } from ${JSON.stringify(new URL('./service.ts', import.meta.url).href)};
  import { testCloud } from ${JSON.stringify(new URL('./test-cloud.ts', import.meta.url).href)};
  import { writeZip } from ${JSON.stringify(new URL('./zip.ts', import.meta.url).href)};
  const test = await testCloud([(cloud) => lambdaService(cloud, { prewarm: false, activationMilliseconds: 0 })], { state: ${JSON.stringify(state)} });
  await test.call('lambda', 'CreateFunction', {
    FunctionName: 'step', Runtime: 'nodejs24.x', Handler: 'index.handler', Role: 'arn:aws:iam::111111111111:role/worker',
    Code: { ZipFile: writeZip({ 'index.mjs': 'export const handler = async (event) => event' }) },
  });
  const { StatusCode } = await test.call('lambda', 'Invoke', { FunctionName: 'step', InvocationType: 'Event', Payload: '{"a":1}' });
  if (StatusCode === 202) process.kill(process.pid, 'SIGKILL');
`;

it('runs an accepted event after the process was killed', async () => {
  const state = mkdtempSync(join(tmpdir(), 'lambda-'));
  try {
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', CHILD(state)], { encoding: 'utf8' });
    expect([child.signal, child.stderr]).toEqual(['SIGKILL', expect.any(String)]);
    const after = await testCloud([(cloud) => lambdaService(cloud)], { state });
    await until(() => after.events.some(({ type }) => type === 'lambda.invoked'));
    expect(after.events.find(({ type }) => type === 'lambda.invoked')).toMatchObject({
      detail: { functionName: 'step' },
    });
    await until(() => after.cloud.store.collection('lambda.events').size() === 0);
    await after.cloud.stop();
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});

it('leaves what a stop cuts short as it was, for the next start', async () => {
  const state = mkdtempSync(join(tmpdir(), 'lambda-'));
  const lambda = (cloud: Cloud) => lambdaService(cloud, { prewarm: false, activationMilliseconds: 0 });
  const events = (test: TestCloud) =>
    test.cloud.store
      .collection<QueuedEvent>('lambda.events')
      .entries()
      .map(([, event]) => event);
  try {
    const before = await testCloud([lambda], { state });
    const code = 'export const handler = () => new Promise(() => setInterval(() => undefined, 1000))';
    await before.call('lambda', 'CreateFunction', {
      FunctionName: 'step',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::111111111111:role/worker',
      Timeout: 900,
      Code: { ZipFile: writeZip({ 'index.mjs': code }) },
    });
    for (const Payload of ['1', '2', '3'])
      await before.call('lambda', 'Invoke', { FunctionName: 'step', InvocationType: 'Event', Payload });
    const accepted = events(before);
    expect(accepted).toHaveLength(3);
    await before.cloud.services.get('lambda')?.stop?.();
    // Whatever was on its way comes back now; it must not count as an attempt, nor be put off.
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(events(before)).toEqual(accepted);
    await before.cloud.stop();
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});
