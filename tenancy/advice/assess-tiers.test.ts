import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Placement } from '../../events/placement.ts';
import { tenantUsageReported } from '../../events/tenant-usage-reported.ts';
import { upgradesConfig } from '../upgrades/config.ts';
import { assessTiers } from './assess-tiers.ts';
import { parseRequirements } from './requirements.ts';

const place = (account: Placement['account'], workspace: Placement['workspace']): Placement => ({ account, workspace });

describe('a set of tiers', () => {
  const tiers = {
    basic: { placement: place('pooled', 'namespace') },
    standard: { placement: place('pooled', 'vcluster') },
    premium: { placement: place('dedicated', 'cluster') },
  };

  it('fits when each tier serves its own needs', () => {
    const assessment = assessTiers(
      { tiers },
      {
        monthlyBudgetUsd: 60,
        tiers: {
          standard: { ownCustomResources: true },
          premium: { compliance: ['fedramp-high'], monthlyBudgetUsd: 900, tenantsInAYear: 10 },
        },
      },
    );
    expect(assessment).toMatchObject({ verdict: 'fits', differenceUsd: 0, remarks: [] });
  });

  it('is over-engineered where a weaker placement serves, with what that saves', () => {
    const [, standard, premium] = assessTiers({ tiers }, { tenantsInAYear: 50 }).tiers;
    expect(standard).toMatchObject({ verdict: 'over-engineered', alternative: { placement: 'pooled+namespace' } });
    expect(premium).toMatchObject({ verdict: 'over-engineered', alternative: { placement: 'pooled+namespace' } });
    const each = premium?.alternative?.differencePerTenantUsd ?? 0;
    expect(each).toBeLessThan(-200);
    expect(premium?.alternative?.differenceUsd).toBeCloseTo(50 * each);
  });

  it('is too weak where it shares too much, with what the stronger one costs', () => {
    const [basic, standard] = assessTiers({ tiers }, { compliance: ['pci-dss'], monthlyBudgetUsd: 500 }).tiers;
    expect(basic).toMatchObject({ verdict: 'too-weak', reasons: [expect.stringMatching(/^PCI DSS: /)] });
    expect(basic?.alternative?.placement).toMatch(/^dedicated/);
    expect(standard?.alternative?.differenceUsd).toBeGreaterThan(0);
  });

  it('says when a tier will not fit the limits of AWS', () => {
    const config = { tiers: { own: { placement: place('pooled', 'cluster') } } };
    expect(
      assessTiers(config, { tenantsInAYear: 300, noisyNeighbours: 'none', monthlyBudgetUsd: 900 }).tiers[0],
    ).toMatchObject({
      verdict: 'beyond-limits',
      alternative: { placement: 'dedicated+cluster' },
    });
  });

  it('takes the budget of the tier where the requirements name none', () => {
    const config = { tiers: { basic: { placement: place('pooled', 'namespace'), monthlyBudgetUsd: 1 } } };
    expect(assessTiers(config, {}).tiers[0]?.verdict).toBe('over-budget');
    expect(assessTiers(config, { monthlyBudgetUsd: 99 }).tiers[0]?.verdict).toBe('fits');
  });

  it('is remarked on as a whole', () => {
    const config = {
      tiers: { a: { placement: place('pooled', 'namespace') }, b: { placement: place('pooled', 'namespace') } },
      sharedClusters: [{ name: 'shared-1', capacity: 3_001 }],
    };
    expect(assessTiers(config, {}).remarks).toEqual([
      'a and b are both pooled+namespace: they differ in their numbers only',
      'the shared cluster shared-1 is to take 3001 tenants: EKS has 3000 access entries per cluster, fixed',
    ]);
  });
});

it('the examples of the docs are valid', () => {
  const examples = (file: string) => {
    const page = readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8');
    return [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => JSON.parse(text ?? ''));
  };
  const [needs, ...more] = examples('advisor.md');
  expect(more).toEqual([]);
  expect(parseRequirements(needs, 'docs/advisor.md').tiers).toHaveProperty('premium');
  const [report, rules, ...rest] = examples('upgrades.md');
  expect(rest).toEqual([]);
  expect(tenantUsageReported.schema.parse(report.detail).data.tenantId).toBe('acme');
  expect(upgradesConfig.parse(rules).ladder).toHaveLength(3);
});
