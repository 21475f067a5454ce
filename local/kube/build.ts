import { existsSync, mkdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { binaryAssets, folderAssets, type KubeAssets, KubeAssetsError } from './assets.ts';
import { withBuildLock } from './build-lock.ts';
import { type BuildSource, goCompiler, readSource } from './build-source.ts';
import { compile } from './compile.ts';
import { controlPlaneProgram, type GoProgram } from './go-program.ts';

export interface BuildOptions {
  /** The folder of the Go module. Default: the one of this checkout. */
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
  return binaryAssets(await ensureBinary(controlPlaneProgram(options.source), progress, options));
}

/** Path of the program's binary, built first if the cache has none of the same content. Throws {@link KubeAssetsError}. */
export async function ensureBinary(
  program: GoProgram,
  progress: (line: string) => void,
  options: BuildOptions = {},
): Promise<string> {
  const environment = options.environment ?? process.env;
  const source = readSource(program, await goCompiler(environment));
  const folder = join(options.cache ?? defaultCache(environment), source.hash);
  const binary = join(folder, program.file);
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  await withBuildLock(`${folder}.lock`, program.name, progress, async () => {
    // Whoever held the lock may have built it.
    if (!existsSync(binary)) await build(source, binary, environment, progress);
  });
  return binary;
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
      `Building ${source.program.name} needs 1.5 GB of disk, and ${join(binary, '..')} has ${Math.floor((bavail * bsize) / 2 ** 20)} MB left. Make room, or set XDG_CACHE_HOME to a folder on another disk.`,
    );
  const unfinished = `${binary}.${process.pid}`;
  try {
    await compile(source, unfinished, environment, progress);
    renameSync(unfinished, binary);
  } finally {
    rmSync(unfinished, { force: true });
  }
}
