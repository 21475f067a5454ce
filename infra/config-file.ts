import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseConfig, type TenantryConfig } from '../tenancy/config.ts';
import { projectRoot } from './project-root.ts';

/** A configuration, and the absolute path of the file it was read from: the same file goes into the functions' bundles. */
export interface ConfigFile {
  readonly path: string;
  readonly config: TenantryConfig;
}

/**
 * Reads a configuration; a relative path is meant from where the process runs. Default: the one that comes with the package.
 * Throws an Error that names the file and every mistake in it.
 */
export function readConfigFile(file: string = join(projectRoot, 'tenantry.config.json')): ConfigFile {
  const path = resolve(file);
  return { path, config: parseConfig(parse(path), file) };
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Cannot read the configuration ${path} as JSON (${reason}). Give a file such as tenantry.config.json.`,
      { cause },
    );
  }
}
