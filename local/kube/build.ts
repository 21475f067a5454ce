import { existsSync, mkdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { binaryAssets, folderAssets, type KubeAssets, KubeAssetsError } from './assets.ts';
import { withBuildLock } from './build-lock.ts';
import { type BuildSource, goCompiler, readSource } from './build-source.ts';
import { compile } from './compile.ts';

export interface BuildOptions {
  /** The Go module. Default: `kube/` of this checkout. */
  source?: string;
  /** Default: `${XDG_CACHE_HOME:-~/.cache}/tenantry/kube`. */
  cache?: string;
  environment?: NodeJS.ProcessEnv;
}

/** What the build leaves in Go's own cache and the result. */
const NEEDED_BYTES = 1.5 * 2 ** 30;

/**
 * The programs for local control planes: the folder `TENANTRY_KUBE_ASSETS` if that is set, else the binary built from
 * `kube/`, which is kept by the content of its sources and built only once (about seven minutes on two cores). `progress` gets
 * a line every few seconds of a build.
 *
 * Throws {@link KubeAssetsError} with one line and the remedy: Go missing or too old, disk full, build failed.
 */
export async function ensureControlPlaneBinary(
  progress: (line: string) => void,
  options: BuildOptions = {},
): Promise<KubeAssets> {
  const environment = options.environment ?? process.env;
  const ready = environment['TENANTRY_KUBE_ASSETS'];
  if (ready) return folderAssets(ready);
  const compiler = await goCompiler(environment);
  const source = readSource(options.source, compiler);
  const folder = join(options.cache ?? defaultCache(environment), source.hash);
  const binary = join(folder, 'tenantry-kube');
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    await withBuildLock(`${folder}.lock`, progress, async () => {
      // Whoever held the lock may have built it.
      if (!existsSync(binary)) await build(source, binary, environment, progress);
    });
  }
  return binaryAssets(binary);
}

function defaultCache(environment: NodeJS.ProcessEnv): string {
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tenantry', 'kube');
}

async function build(
  source: BuildSource,
  binary: string,
  environment: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<void> {
  const { bavail, bsize } = statfsSync(join(binary, '..'));
  if (bavail * bsize < NEEDED_BYTES)
    throw new KubeAssetsError(
      `Building the Kubernetes control plane needs 1.5 GB of disk, and ${join(binary, '..')} has ${Math.floor((bavail * bsize) / 2 ** 20)} MB left. Make room, or set XDG_CACHE_HOME to a folder on another disk.`,
    );
  const unfinished = `${binary}.${process.pid}`;
  try {
    await compile(source, unfinished, environment, progress);
    renameSync(unfinished, binary);
  } finally {
    rmSync(unfinished, { force: true });
  }
}
