import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { registerAdvise } from './advise.ts';

const folder = mkdtempSync(join(tmpdir(), 'advise-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: unknown) => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

/** Runs the command and returns what it printed. */
function run(args: string[], json = false): string {
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  try {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
    registerAdvise(program, () => json);
    program.parse(['advise', ...args], { from: 'user' });
  } finally {
    log.mockRestore();
  }
  return printed.join('\n');
}

describe('tenantry advise', () => {
  it('prints ranking, reasons, price, exclusions and what it means for the tiers, within 100 columns', () => {
    const text = run(['--compliance', 'pci-dss,fedramp-high', '--noisy-neighbours', 'none', '--tenants', '120']);
    for (const heading of [
      'rank  placement',
      'Why dedicated+cluster',
      'Monthly price of a tenant',
      'Excluded',
      'The tiers of',
    ])
      expect(text).toContain(heading);
    expect(text).toMatch(
      /^Nothing that serves these requirements fits the budget of \$100\. Nearest: dedicated\+cluster/,
    );
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('says so when nothing can serve', () => {
    expect(run(['--own-account', '--tenants', '50001'])).toMatch(/^No placement can serve these requirements/);
  });

  it('takes a file, and lets options take the place of its members', () => {
    const path = file('needs.json', { monthlyBudgetUsd: 40, ownCustomResources: true, tenants: 7, tenantsInAYear: 70 });
    const { requirements, recommended, ranking } = JSON.parse(run([path, '--budget', '90'], true));
    expect(requirements).toMatchObject({
      monthlyBudgetUsd: 90,
      ownCustomResources: true,
      tenants: 7,
      tenantsInAYear: 70,
    });
    expect(ranking).toHaveLength(6);
    expect(recommended.name).toBe('pooled+vcluster');
  });

  it('expects as many tenants in a year as today when only those are named', () => {
    expect(JSON.parse(run(['--tenants', '9'], true)).requirements.tenantsInAYear).toBe(9);
  });

  it.each([
    [
      'a file that is not there',
      () => [join(folder, 'none.json')],
      /Cannot read .*none\.json as JSON .*ENOENT.*Give a file/,
    ],
    ['a file that is no JSON', () => [file('bad.json', 'tenants: 3')], /Cannot read .*bad\.json as JSON/],
    [
      'an unknown member',
      () => [file('typo.json', { tenant: 3 })],
      /typo\.json does not hold requirements:.*"tenant"/s,
    ],
    [
      'a tier that is not configured',
      () => [file('tier.json', { tiers: { gold: {} } })],
      /tier "gold", which .* does not define \(it has .*basic/,
    ],
    [
      'an unknown regime',
      () => ['--compliance', 'hippo'],
      /The command line does not hold requirements:\n {2}compliance\.0:/,
    ],
    ['a number that is none', () => ['--budget', 'much'], /not a number/],
    ['half a tenant', () => ['--tenants', '1.5'], /tenants: /],
  ])('refuses %s, by name', (_case, args, message) => expect(() => run(args())).toThrow(message));
});
