import json from '#config' with { type: 'json' };
import type { AccountsConfig } from '../../tenancy/accounts/config.ts';
import { parseConfig, type TenantryConfig, type Tier } from '../../tenancy/config.ts';
import { CatalogueError } from '../../tenancy/errors.ts';

/** The installation's configuration, bundled into each function that needs it. */
export const config: TenantryConfig = parseConfig(json, 'the bundled configuration');

/** The tier of that name. Throws `InvalidInput`. */
export function findTier(name: string): Tier {
  const found = Object.hasOwn(config.tiers, name) ? config.tiers[name] : undefined;
  if (!found)
    throw new CatalogueError(
      'InvalidInput',
      `The configuration has no tier "${name}" (it has: ${Object.keys(config.tiers).join(', ')}).`,
    );
  return found;
}

/** How accounts are vended. Throws `InvalidInput` when the configuration does not say. */
export function accountsSettings(): AccountsConfig {
  if (!config.accounts)
    throw new CatalogueError(
      'InvalidInput',
      'The configuration has no "accounts": accounts of tenants are not vended.',
    );
  return config.accounts;
}
