import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { projectRoot } from './project-root.ts';

export interface Bundling {
  /** Path below `functions/`, without the extension: `operations/admit`. */
  readonly source: string;
  /** Files to bundle in place of imports: `#config` -> path. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** What was bundled by this process: aliases and folder -> done. */
const bundled = new Set<string>();

/**
 * Folder with the bundle of a function, `index.mjs` and its source map, in the assembly. All functions are bundled at the first call, in
 * one pass: they share most of what they import, and a bundler that starts anew for each takes minutes.
 * @throws Error when the bundler fails, with its messages.
 */
export function bundleOf(scope: Construct, { source, aliases }: Bundling): string {
  const folder = join(Stage.of(scope)?.outdir ?? '.', 'bundled', 'functions');
  const key = JSON.stringify([folder, aliases]);
  if (!bundled.has(key)) {
    bundleAll(folder, aliases);
    bundled.add(key);
  }
  return join(folder, ...source.split('/'));
}

function bundleAll(folder: string, aliases: Readonly<Record<string, string>>): void {
  const entries = handlers();
  process.stderr.write(`Bundling ${entries.length} functions\n`);
  buildSync({
    entryPoints: entries.map(({ source, file }) => ({ in: file, out: `${source}/index` })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    // Lambda's own SDK version is not the one that was tested: everything is bundled.
    mainFields: ['module', 'main'],
    // Some dependencies are CommonJS and call require for Node's own modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    alias: { ...aliases },
    absWorkingDir: projectRoot,
    logLevel: 'error',
  });
}

/** Every file below `functions/` that exports a handler, and what the bundle of it is called. */
export function handlers(): { source: string; file: string }[] {
  const root = join(projectRoot, 'functions');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(root, name))
    .filter((file) => /^export (const|async function) handler\b/m.test(readFileSync(file, 'utf8')))
    .map((file) => ({ file, source: relative(root, file).split(sep).join('/').replace(/\.ts$/, '') }));
}
