import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startChild } from './child.ts';
import { claimFolder } from './claim.ts';
import { endLeftovers } from './leftovers.ts';
import { processStart } from './process-identity.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'tenantry-child-'));

function child(script: string, where = folder()) {
  return startChild({
    name: 'child',
    command: ['/bin/sh', '-c', script],
    arguments: [],
    logFile: join(where, 'log'),
    recordFile: join(where, 'processes', 'child.json'),
    exitsWithStdin: false,
  });
}

/** Polls a condition that becomes true through other processes. */
async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(10);
}

describe('a child process', () => {
  it('is recorded while it runs, ends on SIGTERM, and its log stays', async () => {
    const where = folder();
    const running = child('echo started; exec sleep 60', where);
    await eventually(() => running.logTail() === 'started');
    expect(JSON.parse(readFileSync(join(where, 'processes', 'child.json'), 'utf8'))).toEqual({
      pid: running.pid,
      start: processStart(running.pid),
    });
    await running.stop(5_000);
    expect(running.hasEnded()).toBe(true);
    expect(existsSync(join(where, 'processes', 'child.json'))).toBe(false);
  });

  it('that ignores SIGTERM is killed', async () => {
    const running = child('trap "" TERM; echo ready; while :; do sleep 1; done');
    await eventually(() => running.logTail() === 'ready');
    await running.stop(100);
    expect(running.hasEnded()).toBe(true);
  });

  it('tells how it ended', async () => {
    // Many: a program that ends at once may be gone before its guard first looks.
    const where = folder();
    const all = await Promise.all(Array.from({ length: 60 }, (_, n) => child('exit 3', join(where, String(n))).ended));
    expect(new Set(all)).toEqual(new Set(['exit code 3']));
  });

  it('does not outlive the process that started it, however that ends', async () => {
    const where = folder();
    const program = `
      import { startChild } from ${JSON.stringify(new URL('./child.ts', import.meta.url).href)};
      startChild({ name: 'c', command: ['/bin/sh', '-c', 'echo $$ > ${where}/pid; exec sleep 60'], arguments: [],
        logFile: '${where}/log', recordFile: '${where}/c.json', exitsWithStdin: false });
      setInterval(() => undefined, 1000);`;
    writeFileSync(join(where, 'parent.ts'), program);
    const parent = spawn(process.execPath, [join(where, 'parent.ts')], { stdio: 'inherit' });
    await eventually(() => existsSync(join(where, 'pid')) && readFileSync(join(where, 'pid'), 'utf8').endsWith('\n'));
    const pid = Number(readFileSync(join(where, 'pid'), 'utf8'));
    expect(processStart(pid)).toBeDefined();
    parent.kill('SIGKILL');
    await eventually(() => processStart(pid) === undefined);
  });
});

describe('leftovers of an earlier run', () => {
  it('are ended if they are the recorded process, and spared if the pid is somebody else', async () => {
    const where = folder();
    const [leftover, stranger] = [spawn('sleep', ['60']), spawn('sleep', ['60'])];
    const record = (name: string, pid: number, start: string | undefined) =>
      writeFileSync(join(where, `${name}.json`), JSON.stringify({ pid, start }));
    try {
      record('leftover', leftover.pid ?? 0, processStart(leftover.pid ?? 0));
      record('stranger', stranger.pid ?? 0, 'another start');
      writeFileSync(join(where, 'cut-off.json'), '{"pid":');
      expect(await endLeftovers(where)).toBe(1);
      expect(processStart(leftover.pid ?? 0)).toBeUndefined();
      expect(processStart(stranger.pid ?? 0)).toBeDefined();
      expect(await endLeftovers(where)).toBe(0);
    } finally {
      leftover.kill('SIGKILL');
      stranger.kill('SIGKILL');
    }
  });
});

describe('a state folder', () => {
  it('belongs to one living process at a time', () => {
    const where = folder();
    const other = spawn('sleep', ['60']);
    const pid = other.pid ?? 0;
    writeFileSync(join(where, 'owner.json'), JSON.stringify({ pid, start: processStart(pid) }));
    expect(() => claimFolder(where)).toThrow(`is in use by process ${pid}`);
    other.kill('SIGKILL');
    // Reaped when Node notices; a zombie does not count as running.
    execFileSync('sleep', ['0.05']);
    const release = claimFolder(where);
    expect(JSON.parse(readFileSync(join(where, 'owner.json'), 'utf8')).pid).toBe(process.pid);
    release();
    expect(existsSync(join(where, 'owner.json'))).toBe(false);
  });
});
