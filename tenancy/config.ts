import { z } from 'zod';
import { placement } from '../events/placement.ts';
import { accountsConfig } from './accounts/config.ts';
import { clustersConfig, sharedCluster } from './clusters/config.ts';
import { accessMistakes, functionsConfig } from './clusters/private-access.ts';
import { exportConfig, graceDays, tombstoneDays } from './deprovisioning.ts';
import { interoperabilityConfig, sbtMistakes } from './interoperability/config.ts';
import { tierChangesConfig } from './tier-changes/config.ts';
import { upgradesConfig } from './upgrades/config.ts';
import { vclusterSettings } from './vcluster/settings.ts';
import { workspaceNumbers } from './workspace/numbers.ts';

/** What a customer buys, and what it means. */
export const tier = z.strictObject({
  placement,
  /** Monthly budget of the tenant's tagged cost, in US dollars; alerts at 80 and 100 per cent. */
  monthlyBudgetUsd: z.number().positive(),
  /** Numbers of the workspace: quotas, limits, what is allowed. */
  workspace: workspaceNumbers,
  /** Days for which a deletion can be taken back. Default 30. */
  graceDays: graceDays.optional(),
});

export type Tier = z.infer<typeof tier>;

/** The configuration of an installation. Unknown keys fail by name. */
export const tenantryConfig = z
  .strictObject({
    $schema: z.string().optional(),
    /** EventBridge sources whose events are accepted begin with one of these. */
    acceptedSources: z.array(z.string().min(1)).min(1),
    /** Name of the tier -> what it means. */
    tiers: z.record(z.string().regex(/^[a-z][a-z0-9-]{1,31}$/), tier),
    /** Shared EKS clusters that tenants join, in order of preference. */
    sharedClusters: z.array(sharedCluster).min(1),
    /** How clusters are filled, added and made. Needed as soon as a tier has clusters of its own. */
    clusters: clustersConfig.optional(),
    /** Network of the functions that work in clusters. Needed where the public endpoint of clusters is closed. */
    functions: functionsConfig.optional(),
    /** What virtual clusters are made of. */
    vclusters: vclusterSettings.optional(),
    /** Needed as soon as a tier has accounts of its own. */
    accounts: accountsConfig.optional(),
    /** How tenants are exported before they are released. */
    export: exportConfig.optional(),
    /** Days for which the id of a deprovisioned tenant cannot be used again. Default 90. */
    tombstoneDays: tombstoneDays.optional(),
    /** How tenants are moved between tiers. */
    tierChanges: tierChangesConfig.optional(),
    /** Rules of automatic tier changes. Without them, usage is kept and nothing is decided. */
    upgrades: upgradesConfig.optional(),
    /** Control planes that Tenantry serves beside its own events. */
    interoperability: interoperabilityConfig.optional(),
  })
  .superRefine((config, context) => {
    const dedicated = Object.entries(config.tiers).find(([, { placement }]) => placement.account === 'dedicated');
    if (dedicated && !config.accounts)
      context.addIssue({
        code: 'custom',
        path: ['accounts'],
        message: `is needed: the tier "${dedicated[0]}" has dedicated accounts`,
      });
    for (const { path, message } of accessMistakes(config)) context.addIssue({ code: 'custom', path: [path], message });
    for (const [index, name] of (config.upgrades?.ladder ?? []).entries())
      if (!Object.hasOwn(config.tiers, name))
        context.addIssue({
          code: 'custom',
          path: ['upgrades', 'ladder', index],
          message: `there is no tier "${name}"`,
        });
    if (config.interoperability?.sbt)
      for (const { path, message } of sbtMistakes(config.interoperability.sbt, config))
        context.addIssue({ code: 'custom', path: ['interoperability', 'sbt', ...path], message });
  });

export type TenantryConfig = z.infer<typeof tenantryConfig>;

/** Parses a configuration. Throws an Error with one line per mistake: path, what is wrong. */
export function parseConfig(value: unknown, origin: string): TenantryConfig {
  const result = tenantryConfig.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.') || '(whole file)'}: ${issue.message}`);
  throw new Error(`${origin} is not a valid configuration:\n${lines.join('\n')}`);
}
