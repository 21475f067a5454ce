import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readConfigFile } from './config-file.ts';
import { projectRoot } from './project-root.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenantry-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const shipped = readConfigFile();

/** A file with the text. */
function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

it('reads the configuration of the package, whose tiers are the four that the design names', () => {
  expect(shipped.path).toBe(join(projectRoot, 'tenantry.config.json'));
  const placements = Object.entries(shipped.config.tiers).map(
    ([name, { placement }]) => `${name} ${placement.account}+${placement.workspace}`,
  );
  expect(placements).toEqual([
    'basic pooled+namespace',
    'standard pooled+vcluster',
    'premium dedicated+vcluster',
    'enterprise dedicated+cluster',
  ]);
});

it('takes another file, by a relative path too', () => {
  const { accounts: _, ...config } = shipped.config;
  const path = written('own.json', JSON.stringify({ ...config, tiers: { only: config.tiers['basic'] } }));
  for (const file of [path, relative(process.cwd(), path)]) {
    const read = readConfigFile(file);
    expect(read.path).toBe(path);
    expect(Object.keys(read.config.tiers)).toEqual(['only']);
  }
});

it('names the file and every mistake in it', () => {
  const mistaken = { ...shipped.config, tiers: { basic: { monthlyBudgetUsd: 0 } }, colour: 'green' };
  const path = written('mistaken.json', JSON.stringify(mistaken));
  expect(() => readConfigFile(path)).toThrow(
    new RegExp(`^${path} is not a valid configuration:\n[^]*tiers\\.basic\\.placement: [^]*Unrecognized key: "colour"`),
  );
});

it.each([
  ['is not there', () => join(folder, 'nowhere.json'), /ENOENT/],
  ['is not JSON', () => written('text.json', 'tiers: basic'), /Unexpected token/],
])('says so of a file that %s', (_what, file, reason) => {
  expect(() => readConfigFile(file())).toThrow(/^Cannot read the configuration .*\.json as JSON/);
  expect(() => readConfigFile(file())).toThrow(reason);
});
