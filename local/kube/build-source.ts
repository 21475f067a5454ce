import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { KubeAssetsError } from './assets.ts';
import type { GoProgram } from './go-program.ts';

const run = promisify(execFile);

/** The Go release that the modules in `kube/` ask for. */
const OLDEST_GO = { major: 1, minor: 25 };
const INSTALL =
  'Install Go 1.25 or newer from https://go.dev/dl/, or set TENANTRY_KUBE_ASSETS to a folder with etcd, kube-apiserver and kube-controller-manager.';

export interface GoCompiler {
  /** "go1.26" */
  release: string;
  /** "linux/amd64" */
  target: string;
}

export interface BuildSource {
  program: GoProgram;
  /** Of everything the binary depends on. */
  hash: string;
  /** "v1.35.4" */
  version: string;
  linkerFlags: string;
}

/** The Go that would build. Throws {@link KubeAssetsError} when it is missing or too old. */
export async function goCompiler(environment: NodeJS.ProcessEnv): Promise<GoCompiler> {
  let answer: string;
  try {
    // Outside of any module: an older Go would start to download a newer one here.
    const { stdout } = await run('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], {
      cwd: tmpdir(),
      env: { ...environment, GOTOOLCHAIN: 'local' },
    });
    answer = stdout;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new KubeAssetsError(
      missing
        ? `Go was not found, and it builds the programs of Kubernetes. ${INSTALL}`
        : `"go env" failed: ${(error as Error).message.split('\n').slice(0, 2).join(' ')}. ${INSTALL}`,
      { cause: error },
    );
  }
  const [version = '', system = '', architecture = ''] = answer.trim().split('\n');
  const [, major = '0', minor = '0'] = version.match(/go(\d+)\.(\d+)/) ?? [];
  // A development build ("devel go1.27-...") also names its release.
  if (Number(major) < OLDEST_GO.major || (Number(major) === OLDEST_GO.major && Number(minor) < OLDEST_GO.minor))
    throw new KubeAssetsError(
      `Go ${version || 'of unknown version'} is too old to build the programs of Kubernetes. ${INSTALL}`,
    );
  return { release: `go${major}.${minor}`, target: `${system}/${architecture}` };
}

/** Reads the program's Go module and says which binary it is. Throws {@link KubeAssetsError} when the version is not named. */
export function readSource(program: GoProgram, compiler: GoCompiler): BuildSource {
  const { folder } = program;
  const version = requiredVersion(program);
  const linkerFlags = program.linkerFlags(version);
  const hash = createHash('sha256').update([compiler.release, compiler.target, linkerFlags].join('\n'));
  for (const name of sources(folder)) hash.update(`\n${name}\n`).update(readFileSync(join(folder, name)));
  return { program, hash: hash.digest('hex').slice(0, 32), version, linkerFlags };
}

/** The version of the module that the program is made of, as `go.mod` requires it. */
export function requiredVersion({ folder, module }: Pick<GoProgram, 'folder' | 'module'>): string {
  const file = join(folder, 'go.mod');
  const requirement = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) =>
      line
        .replace(/^require /, '')
        .trim()
        .split(' '),
    )
    .find(([path]) => path === module);
  if (!requirement?.[1]) throw new KubeAssetsError(`${file} does not require ${module}.`);
  return requirement[1];
}

/** What Go compiles: a folder with a go.mod of its own is another module. */
function sources(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const nested = names.filter((name) => name.endsWith('/go.mod')).map((name) => `${dirname(name)}/`);
  return names
    .filter((name) => name.endsWith('.go') || name === 'go.mod' || name === 'go.sum')
    .filter((name) => !nested.some((module) => name.startsWith(module)))
    .sort();
}
