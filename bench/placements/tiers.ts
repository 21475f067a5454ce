import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigFile, readConfigFile } from '../../infra/config-file.ts';

/** A tier for each of the six placements: those of the package, and one for each placement that none of them has. */
export const tierOf = {
  'pooled + namespace': 'basic',
  'pooled + vcluster': 'standard',
  'pooled + cluster': 'isolated',
  'dedicated + namespace': 'plus',
  'dedicated + vcluster': 'premium',
  'dedicated + cluster': 'enterprise',
} as const;

export type PlacementName = keyof typeof tierOf;

/** The configuration with these tiers and other settings, as a file of its own. `remove` takes the file away. */
export function sixTiers(settings: object = {}): { configuration: ConfigFile; remove: () => void } {
  const { config } = readConfigFile();
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-bench-'));
  const file = join(folder, 'configuration.json');
  const base = config.tiers;
  const tiers = Object.fromEntries(
    Object.entries(tierOf).map(([placement, tier]) => {
      const [account, workspace] = placement.split(' + ');
      const like = base[tier] ?? base[workspace === 'cluster' ? 'enterprise' : 'premium'];
      return [tier, { ...like, placement: { account, workspace } }];
    }),
  );
  writeFileSync(file, JSON.stringify({ ...config, tiers, ...settings }));
  return { configuration: readConfigFile(file), remove: () => rmSync(folder, { recursive: true }) };
}
