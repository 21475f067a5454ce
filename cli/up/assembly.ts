import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readConfigFile } from '../../infra/config-file.ts';
import { cacheFolder, projectRoot } from '../project.ts';

/** Everything that the synthesized templates and bundles are made from, beside the configuration. */
const INPUTS = [
  'events',
  'tenancy',
  'functions',
  'statemachines',
  'infra',
  'cdk.json',
  'package.json',
  'package-lock.json',
];

/**
 * The cloud assembly that `cdk synth` writes for the sources as they are and a configuration (default: the one that comes
 * with the package): synthesized now, or taken from the cache when the same content was synthesized before. Throws an Error
 * with the synthesizer's last lines when it fails.
 */
export async function ensureAssembly(
  progress: (line: string) => void,
  configFile: string = readConfigFile().path,
): Promise<string> {
  const folder = join(cacheFolder(), 'assembly', contentHash(configFile));
  if (existsSync(join(folder, 'manifest.json'))) return folder;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(join(cacheFolder(), 'assembly'), { recursive: true });
  progress('synthesizing the templates and bundling the functions (about 20 s, once per change)');
  await synthesize(unfinished, configFile, progress);
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Another process was faster; its result is the same.
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(join(folder, 'manifest.json'))) throw error;
  }
  return folder;
}

function contentHash(configFile: string): string {
  const hash = createHash('sha256');
  for (const input of INPUTS) addToHash(hash, join(projectRoot, input), input);
  addToHash(hash, configFile, 'configuration');
  return hash.digest('hex').slice(0, 20);
}

function addToHash(hash: ReturnType<typeof createHash>, path: string, name: string): void {
  if (statSync(path).isDirectory()) {
    for (const child of readdirSync(path).sort()) addToHash(hash, join(path, child), `${name}/${child}`);
    return;
  }
  if (name.endsWith('.test.ts')) return;
  hash.update(`${name}\0`).update(readFileSync(path)).update('\0');
}

function synthesize(output: string, configFile: string, progress: (line: string) => void): Promise<void> {
  const cdk = join(projectRoot, 'node_modules/aws-cdk/bin/cdk');
  // The templates must not depend on whatever account this shell happens to point at.
  const {
    CDK_DEFAULT_ACCOUNT: _account,
    CDK_DEFAULT_REGION: _region,
    AWS_PROFILE: _profile,
    ...environment
  } = process.env;
  const child = spawn(
    process.execPath,
    [cdk, 'synth', '--quiet', '--no-notices', '--output', output, '--context', `config=${configFile}`],
    {
      cwd: projectRoot,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const lines: string[] = [];
  const keep = (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n').filter(Boolean)) {
      lines.push(line);
      if (line.startsWith('Bundling ')) progress(`  ${line}`);
    }
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`cdk synth failed:\n${lines.slice(-25).join('\n')}`));
    });
  });
}
