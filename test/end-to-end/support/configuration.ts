import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import shipped from '../../../tenantry.config.json' with { type: 'json' };
import { grown, upgrades } from './upgrade-rules.ts';

const { premium, enterprise } = shipped.tiers;

/**
 * The configuration that comes with the package, a tier for each placement that none of its tiers has, and an SBT control
 * plane on Tenantry's bus.
 */
const configuration = {
  ...shipped,
  tiers: {
    ...shipped.tiers,
    plus: { ...premium, placement: { account: 'dedicated', workspace: 'namespace' } },
    grown,
    isolated: { ...enterprise, placement: { account: 'pooled', workspace: 'cluster' } },
  },
  interoperability: { sbt: { immediateDeletion: true } },
  upgrades,
};

/** Writes it, with other settings, into a folder that is there; the file. */
export function writeConfiguration(folder: string, settings: object = {}): string {
  const file = join(folder, 'configuration.json');
  writeFileSync(file, JSON.stringify({ ...configuration, ...settings }));
  return file;
}
