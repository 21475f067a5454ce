import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureControlPlaneBinary } from './build.ts';
import { withBuildLock } from './build-lock.ts';
import { explain } from './compile.ts';
import { controlPlaneProgram } from './go-program.ts';
import { processStart } from './process-identity.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'tenantry-build-'));

/** A module that builds in no time, and a `go` that does as told. */
function setup(options: { version?: string; build?: string } = {}) {
  const root = folder();
  const source = join(root, 'kube');
  mkdirSync(source);
  writeFileSync(join(source, 'go.mod'), 'module x\n\nrequire (\n\tk8s.io/kubernetes v1.35.4\n)\n');
  const go = join(root, 'go');
  writeFileSync(
    go,
    `#!/bin/sh
if [ "$1" = env ]; then printf '%s\\nlinux\\namd64\\n' "${options.version ?? 'go1.26.8'}"; exit 0; fi
echo build >> "${root}/builds"
while [ "$1" != -o ]; do [ "$1" = -ldflags ] && echo "$2" > "${root}/ldflags"; shift; done
output=$2
${options.build ?? 'echo k8s.io/api/core/v1 >&2; echo binary > "$output"'}
`,
  );
  chmodSync(go, 0o755);
  const environment = { ...process.env, PATH: `${root}${delimiter}${process.env['PATH']}`, TENANTRY_KUBE_ASSETS: '' };
  const lines: string[] = [];
  const cache = join(root, 'cache');
  const build = () => ensureControlPlaneBinary((line) => lines.push(line), { source, cache, environment });
  const builds = () =>
    existsSync(join(root, 'builds')) ? execFileSync('wc', ['-l', join(root, 'builds')], { encoding: 'utf8' }) : '0';
  return { root, source, cache, environment, lines, build, builds: () => Number.parseInt(builds(), 10) };
}

describe('the control-plane binary', () => {
  it('is built once for the same sources, stamped with the version, and again when they change', async () => {
    const { root, source, build, builds, lines } = setup();
    const first = await build();
    expect(await build()).toEqual(first);
    expect(builds()).toBe(1);
    expect(first.exitsWithStdin).toBe(true);
    expect(execFileSync('cat', [join(root, 'ldflags')], { encoding: 'utf8' })).toContain('gitVersion=v1.35.4');
    expect(lines.length).toBeGreaterThan(0);
    writeFileSync(join(source, 'main.go'), 'package main\n');
    expect((await build()).etcd).not.toEqual(first.etcd);
    expect(builds()).toBe(2);
  });

  it('does not depend on what is a Go module of its own', async () => {
    const { source, build, builds } = setup();
    const first = await build();
    mkdirSync(join(source, 'other', 'cmd'), { recursive: true });
    writeFileSync(join(source, 'other', 'go.mod'), 'module other\n');
    writeFileSync(join(source, 'other', 'cmd', 'main.go'), 'package main\n');
    expect(await build()).toEqual(first);
    expect(builds()).toBe(1);
  });

  it('is built once by two who ask at the same time', async () => {
    const { build, builds } = setup({ build: 'sleep 0.3; echo binary > "$output"' });
    const [one, two] = await Promise.all([build(), build()]);
    expect(one).toEqual(two);
    expect(builds()).toBe(1);
  });

  it('leaves nothing half-built behind when the build fails, and builds the next time', async () => {
    const { cache, build } = setup({ build: 'echo half > "$output"; echo "main.go:1:1: syntax error" >&2; exit 1' });
    await expect(build()).rejects.toThrow('main.go:1:1: syntax error');
    expect(readdirSync(cache, { recursive: true }).filter((name) => String(name).includes('tenantry-kube'))).toEqual(
      [],
    );
    await expect(build()).rejects.toThrow('syntax error');
  });

  it('says in one line what to do without Go, with an old Go, and with incomplete ready-made programs', async () => {
    const old = setup({ version: 'go1.24.13' });
    await expect(old.build()).rejects.toThrow(/^Go go1\.24\.13 is too old .* Install Go 1\.25 or newer[^\n]*$/);
    const none = ensureControlPlaneBinary(() => undefined, { environment: { PATH: folder() } });
    await expect(none).rejects.toThrow(/^Go was not found.*Install Go[^\n]*$/);
    const ready = folder();
    writeFileSync(join(ready, 'etcd'), '');
    const partly = ensureControlPlaneBinary(() => undefined, { environment: { TENANTRY_KUBE_ASSETS: ready } });
    await expect(partly).rejects.toThrow(/lacks kube-apiserver, kube-controller-manager/);
  });

  it('names the remedy for a full disk, a missing network and a lack of memory', () => {
    const program = controlPlaneProgram();
    expect(explain(1, ['# k8s.io/x', 'write /x: no space left on device'], program)).toMatch(/disk is full.*Make room/);
    expect(explain(1, ['dial tcp: lookup proxy.golang.org: no such host'], program)).toMatch(/network.*GOPROXY/);
    expect(explain(1, ['compile: signal: killed'], program)).toMatch(/memory/);
  });
});

describe('the build lock', () => {
  it('waits for a living holder and ignores one that died', async () => {
    const file = join(folder(), 'lock');
    const holder = spawn('sleep', ['60']);
    const pid = holder.pid ?? 0;
    writeFileSync(file, JSON.stringify({ pid, start: processStart(pid) }));
    const lines: string[] = [];
    let done = false;
    const work = withBuildLock(
      file,
      'the Kubernetes control plane',
      (line) => {
        lines.push(line);
        holder.kill('SIGKILL');
      },
      async () => {
        done = true;
      },
    );
    expect(done).toBe(false);
    await work;
    expect(done).toBe(true);
    expect(lines).toEqual([`Process ${pid} is building the Kubernetes control plane; waiting for it`]);
    expect(existsSync(file)).toBe(false);
  });
});
