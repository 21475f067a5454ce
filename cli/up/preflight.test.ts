import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockState } from '../../local/kernel/state-lock.ts';
import { explain } from '../explain.ts';
import { preflight } from './preflight.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'preflight-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const failure = (options: Partial<Parameters<typeof preflight>[0]>) =>
  preflight({ port: 0, state, fresh: false, ...options }).then(() => 'no failure', explain);

it('finds a taken port', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await failure({ port })).toBe(
    `the port ${port} on 127.0.0.1 is taken by another program. Stop it, or choose another port with --port N.`,
  );
  await new Promise((resolve) => server.close(resolve));
});

it('does not remove the state of a local cloud that runs', async () => {
  writeFileSync(join(state, 'state.sqlite'), '');
  const release = lockState(state);
  expect(await failure({ fresh: true })).toContain(`is in use by process ${process.pid}`);
  expect(existsSync(join(state, 'state.sqlite'))).toBe(true);
  release();
  expect(await failure({ fresh: true })).toBe('no failure');
  expect(existsSync(state)).toBe(false);
});

it('does not remove a folder that holds no state', async () => {
  writeFileSync(join(state, 'thesis.txt'), 'four years of work');
  expect(await failure({ fresh: true })).toMatch(/^--fresh would remove .*Choose another folder/);
  expect(existsSync(join(state, 'thesis.txt'))).toBe(true);
});

it('names the folder that cannot be used and the remedy', async () => {
  const file = join(state, 'file');
  writeFileSync(file, '');
  for (const folder of [file, join(file, 'below')])
    expect(await failure({ state: folder })).toMatch(
      /^cannot use .*file.* Choose a folder of your own with --state FOLDER\.$/,
    );
});
