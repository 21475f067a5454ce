import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KubeAssetsError } from './assets.ts';

const run = promisify(execFile);

/** The Go release that `kube/go.mod` asks for. */
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
  folder: string;
  /** Of everything the binary depends on. */
  hash: string;
  /** "v1.35.4" */
  kubernetesVersion: string;
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
        ? `Go was not found, and it builds the Kubernetes control plane. ${INSTALL}`
        : `"go env" failed: ${(error as Error).message.split('\n').slice(0, 2).join(' ')}. ${INSTALL}`,
      { cause: error },
    );
  }
  const [version = '', system = '', architecture = ''] = answer.trim().split('\n');
  const [, major = '0', minor = '0'] = version.match(/go(\d+)\.(\d+)/) ?? [];
  // A development build ("devel go1.27-...") also names its release.
  if (Number(major) < OLDEST_GO.major || (Number(major) === OLDEST_GO.major && Number(minor) < OLDEST_GO.minor))
    throw new KubeAssetsError(
      `Go ${version || 'of unknown version'} is too old to build the Kubernetes control plane. ${INSTALL}`,
    );
  return { release: `go${major}.${minor}`, target: `${system}/${architecture}` };
}

/** Reads the Go module and says which binary it is. */
export function readSource(
  folder = fileURLToPath(new URL('../../kube', import.meta.url)),
  compiler: GoCompiler,
): BuildSource {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.go') || name === 'go.mod' || name === 'go.sum')
    .sort();
  const module = readFileSync(join(folder, 'go.mod'), 'utf8');
  const kubernetesVersion = module.match(/^\tk8s\.io\/kubernetes (v\S+)$/m)?.[1];
  if (!kubernetesVersion) throw new KubeAssetsError(`${join(folder, 'go.mod')} does not require k8s.io/kubernetes.`);
  const linkerFlags = stampVersion(kubernetesVersion);
  const hash = createHash('sha256').update([compiler.release, compiler.target, linkerFlags].join('\n'));
  for (const name of files) hash.update(`\n${name}\n`).update(readFileSync(join(folder, name)));
  return { folder, hash: hash.digest('hex').slice(0, 32), kubernetesVersion, linkerFlags };
}

/** Without these, clients see v0.0.0. */
function stampVersion(version: string): string {
  const [, major = '', minor = ''] = version.match(/^v(\d+)\.(\d+)/) ?? [];
  const stamp = (name: string, value: string) => `-X k8s.io/component-base/version.${name}=${value}`;
  return ['-s -w', stamp('gitVersion', version), stamp('gitMajor', major), stamp('gitMinor', minor)].join(' ');
}
