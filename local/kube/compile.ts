import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { KubeAssetsError } from './assets.ts';
import type { BuildSource } from './build-source.ts';

/** `go build -v` names each package it compiles; those in Go's cache are not named. */
const PACKAGES = 2500;
const PROGRESS_INTERVAL = 5_000;
/** Lower than interactive work: a build of minutes should not make the machine hard to use. */
const NICENESS = 10;

/** Builds the binary into `output`. Throws {@link KubeAssetsError}. */
export async function compile(
  source: BuildSource,
  output: string,
  environment: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<void> {
  const began = Date.now();
  const go = spawn(
    'go',
    [
      'build',
      '-v',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags',
      source.linkerFlags,
      '-o',
      output,
      './cmd/tenantry-kube',
    ],
    { cwd: source.folder, env: { ...environment, CGO_ENABLED: '0' }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  if (go.pid !== undefined) setPriority(go.pid, NICENESS);
  const end = () => go.kill('SIGTERM');
  process.once('exit', end);
  const counts = { compiled: 0, downloaded: 0 };
  const complaints: string[] = [];
  const read = createInterface({ input: go.stderr });
  read.on('line', (line) => countLine(line, counts, complaints));
  progress(
    `Building the Kubernetes control plane ${source.kubernetesVersion} (once; about 7 minutes on two cores, seconds when Go has it cached)`,
  );
  const report = setInterval(
    () =>
      progress(
        `Building the Kubernetes control plane: ${counts.compiled} of up to ${PACKAGES} packages compiled, ${duration(Date.now() - began)}`,
      ),
    PROGRESS_INTERVAL,
  );
  try {
    const [code] = await Promise.all([
      new Promise<number | string>((resolve, reject) => {
        go.once('error', reject);
        go.once('exit', (status, signal) => resolve(status ?? signal ?? 'unknown'));
      }),
      new Promise<void>((resolve) => read.once('close', resolve)),
    ]);
    if (code !== 0) throw new KubeAssetsError(explain(code, complaints));
    progress(`Built the Kubernetes control plane in ${duration(Date.now() - began)}`);
  } finally {
    clearInterval(report);
    process.off('exit', end);
  }
}

function countLine(line: string, counts: { compiled: number; downloaded: number }, complaints: string[]): void {
  if (line.startsWith('go: downloading ')) counts.downloaded++;
  else if (/^[\w.~/-]+$/.test(line)) counts.compiled++;
  else complaints.push(line);
}

/** One line: cause and remedy. */
export function explain(code: number | string, complaints: readonly string[]): string {
  const text = complaints.join('\n');
  const first = complaints.find((line) => !line.startsWith('#'))?.trim() ?? `go build ended with ${code}`;
  if (/no space left on device/.test(text))
    return 'The disk is full, so the Kubernetes control plane could not be built. Make room (Go\'s own cache is at "go env GOCACHE"; "go clean -cache" empties it) and run this again.';
  if (/dial tcp|no such host|proxyconnect|i\/o timeout|connection refused|TLS handshake/.test(text))
    return `Go could not download the Kubernetes modules: ${first}. Check the network and "go env GOPROXY", and run this again.`;
  if (/signal: killed|cannot allocate memory/.test(text) || code === 'SIGKILL')
    return 'The build of the Kubernetes control plane was killed, most likely for lack of memory (it needs about 3 GB). Close other programs and run this again.';
  return `The Kubernetes control plane could not be built: ${first}. "go build ./cmd/tenantry-kube" in the folder kube shows it all.`;
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
