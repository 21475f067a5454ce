import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { KubeAssetsError } from './assets.ts';
import type { BuildSource } from './build-source.ts';
import type { GoProgram } from './go-program.ts';

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
  const { program } = source;
  const began = Date.now();
  const go = spawn(
    'go',
    ['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', source.linkerFlags, '-o', output, program.package],
    { cwd: program.folder, env: { ...environment, CGO_ENABLED: '0' }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  if (go.pid !== undefined) setPriority(go.pid, NICENESS);
  const end = () => go.kill('SIGTERM');
  process.once('exit', end);
  const counts = { compiled: 0, downloaded: 0 };
  const complaints: string[] = [];
  const read = createInterface({ input: go.stderr });
  read.on('line', (line) => countLine(line, counts, complaints));
  progress(
    `Building ${program.name} ${source.version} (once; about ${program.firstBuild} on two cores, seconds when Go has it cached)`,
  );
  const report = setInterval(
    () =>
      progress(
        `Building ${program.name}: ${counts.compiled} of up to ${program.packages} packages compiled, ${duration(Date.now() - began)}`,
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
    if (code !== 0) throw new KubeAssetsError(explain(code, complaints, program));
    progress(`Built ${program.name} in ${duration(Date.now() - began)}`);
  } finally {
    clearInterval(report);
    process.off('exit', end);
  }
}

/** `go build -v` names each package it compiles; those in Go's cache are not named. */
function countLine(line: string, counts: { compiled: number; downloaded: number }, complaints: string[]): void {
  if (line.startsWith('go: downloading ')) counts.downloaded++;
  else if (/^[\w.~/-]+$/.test(line)) counts.compiled++;
  else complaints.push(line);
}

/** One line: cause and remedy. */
export function explain(code: number | string, complaints: readonly string[], program: GoProgram): string {
  const text = complaints.join('\n');
  const first = complaints.find((line) => !line.startsWith('#'))?.trim() ?? `go build ended with ${code}`;
  if (/no space left on device/.test(text))
    return `The disk is full, so ${program.name} could not be built. Make room (Go's own cache is at "go env GOCACHE"; "go clean -cache" empties it) and run this again.`;
  if (/dial tcp|no such host|proxyconnect|i\/o timeout|connection refused|TLS handshake/.test(text))
    return `Go could not download the modules of ${program.name}: ${first}. Check the network and "go env GOPROXY", and run this again.`;
  if (/signal: killed|cannot allocate memory/.test(text) || code === 'SIGKILL')
    return `The build of ${program.name} was killed, most likely for lack of memory (it needs about 3 GB). Close other programs and run this again.`;
  const capital = program.name.charAt(0).toUpperCase() + program.name.slice(1);
  return `${capital} could not be built: ${first}. "go build ${program.package}" in the folder ${program.folder} shows it all.`;
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
