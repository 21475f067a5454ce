import { expect, it } from 'vitest';
import json from '../tenantry.config.json' with { type: 'json' };
import { tenantryConfig } from './config.ts';

const rule = { name: 'cpu', meter: 'cpu', statistic: 'p95', windowPeriods: 6, sustainedPeriods: 3 };
const upgrades = (ladder: string[]) => ({
  ladder,
  coolDownHours: 24,
  tiers: { basic: [{ ...rule, up: { above: 2, mode: 'auto' } }] },
});
const problems = (changes: object) =>
  tenantryConfig
    .safeParse({ ...json, ...changes })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

it('has no rules of automatic tier changes unless it says so', () => {
  expect(tenantryConfig.parse(json).upgrades).toBeUndefined();
});

it('takes rules whose ladder names its tiers, and no others', () => {
  expect(problems({ upgrades: upgrades(['basic', 'standard']) })).toEqual([]);
  expect(problems({ upgrades: upgrades(['basic', 'gold']) })).toEqual(['upgrades.ladder.1: there is no tier "gold"']);
});

it('closes the public endpoint of clusters only for functions that are in a VPC', () => {
  const clusters = { publicAccessCidrs: [] };
  const functions = { subnetIds: ['subnet-0123456a', 'subnet-0123456b'], securityGroupIds: ['sg-0123456a'] };
  expect(problems({ clusters })).toEqual([
    expect.stringMatching(/^functions: is needed: "clusters\.publicAccessCidrs"/),
  ]);
  expect(problems({ clusters, functions })).toEqual([]);
  expect(problems({ functions })).toEqual([]);
  expect(problems({ clusters, functions: { ...functions, securityGroupIds: [] } })).toEqual([
    expect.stringContaining('functions.securityGroupIds'),
  ]);
});

it('says how clusters are made where a tier has its own', () => {
  expect(problems({ clusters: undefined })).toEqual([
    'clusters: is needed: the tier "enterprise" has clusters of its own',
  ]);
  const { enterprise: _, ...tiers } = json.tiers;
  expect(problems({ clusters: undefined, tiers })).toEqual([]);
});
