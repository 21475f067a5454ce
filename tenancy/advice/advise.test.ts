import { describe, expect, it } from 'vitest';
import type { Placement } from '../../events/placement.ts';
import { advise } from './advise.ts';
import { explainMove } from './explain-move.ts';
import { figures, pricesSchema, weightsSchema } from './figures.ts';
import { isWeaker, PLACEMENTS } from './placements.ts';
import { monthlyPrice } from './price.ts';
import { parseRequirements, requirements, requirementsOf } from './requirements.ts';

const needs = (changes: Record<string, unknown> = {}) => requirements.parse(changes);
const place = (account: Placement['account'], workspace: Placement['workspace']): Placement => ({ account, workspace });
const possible = (changes: Record<string, unknown>) =>
  advise(needs(changes))
    .ranking.filter(({ exclusions }) => exclusions.length === 0)
    .map(({ name }) => name)
    .sort();

describe('the figures', () => {
  it('satisfy their schemas: each has a source and a date', () => {
    expect(Object.keys(figures.prices.figures).length).toBeGreaterThan(20);
    expect(pricesSchema.parse(figures.prices)).toEqual(figures.prices);
    expect(weightsSchema.parse(figures.weights)).toEqual(figures.weights);
  });

  it('fail by name when one is missing or has no source', () => {
    const { eksClusterHour: _missing, ...rest } = figures.prices.figures;
    expect(pricesSchema.safeParse({ ...figures.prices, figures: rest }).error?.issues[0]?.path).toEqual([
      'figures',
      'eksClusterHour',
    ]);
    const bare = { ...figures.prices.figures, nodeHour: { ...figures.prices.figures.nodeHour, source: 'somewhere' } };
    expect(pricesSchema.safeParse({ ...figures.prices, figures: bare }).error?.issues[0]?.path).toEqual([
      'figures',
      'nodeHour',
      'source',
    ]);
  });
});

describe('the placements', () => {
  it('are six, and weaker is a partial order', () => {
    expect(PLACEMENTS).toHaveLength(6);
    expect(isWeaker(place('pooled', 'namespace'), place('dedicated', 'cluster'))).toBe(true);
    expect(isWeaker(place('pooled', 'cluster'), place('dedicated', 'namespace'))).toBe(false);
    expect(isWeaker(place('dedicated', 'namespace'), place('pooled', 'cluster'))).toBe(false);
    expect(isWeaker(place('pooled', 'vcluster'), place('pooled', 'vcluster'))).toBe(false);
  });
});

describe('what is recommended', () => {
  it.each([
    ['many small tenants without demands', {}, 'pooled+namespace'],
    ['tenants with operators of their own', { ownCustomResources: true }, 'pooled+vcluster'],
    ['contracts with accounts', { ownAccount: true, monthlyBudgetUsd: 60 }, 'dedicated+namespace'],
    [
      'few tenants under FedRAMP High',
      { compliance: ['fedramp-high'], tenantsInAYear: 8, monthlyBudgetUsd: 900 },
      'dedicated+cluster',
    ],
    [
      'code that nobody vetted',
      { workloads: 'untrusted', tenantsInAYear: 12, monthlyBudgetUsd: 400 },
      'dedicated+cluster',
    ],
  ])('for %s', (_case, changes, expected) => expect(advise(needs(changes)).recommended?.name).toBe(expected));

  it('is nothing when nothing can serve the requirements', () => {
    const impossible = { ownAccount: true, tenantsInAYear: 50_001 };
    expect(advise(needs(impossible)).recommended).toBeUndefined();
  });
});

describe('hard exclusions, each with its fact', () => {
  const all = [
    'dedicated+cluster',
    'dedicated+namespace',
    'dedicated+vcluster',
    'pooled+cluster',
    'pooled+namespace',
    'pooled+vcluster',
  ];
  const dedicated = all.filter((name) => name.startsWith('dedicated'));
  const clusters = all.filter((name) => name.endsWith('cluster') && !name.endsWith('vcluster'));

  it.each([
    ['nothing', {}, all],
    ['an account promised', { ownAccount: true }, dedicated],
    ['residency that is enforced', { dataResidency: 'enforced' }, dedicated],
    ['PCI DSS', { compliance: ['pci-dss'] }, dedicated],
    ['FedRAMP High', { compliance: ['fedramp-high'] }, ['dedicated+cluster']],
    ['neighbours that must not be noticed', { noisyNeighbours: 'none' }, clusters],
    ['DaemonSets', { ownNodes: true }, clusters],
    ['CRDs', { ownCustomResources: true }, all.filter((name) => !name.endsWith('namespace'))],
    ['100 clusters in a region', { tenantsInAYear: 100 }, all],
    ['101 clusters in a region', { tenantsInAYear: 101 }, all.filter((name) => name !== 'pooled+cluster')],
    ['101 clusters in two regions', { tenantsInAYear: 101, regions: 2 }, all],
    ['50,000 accounts', { tenantsInAYear: 50_000 }, all.filter((name) => name !== 'pooled+cluster')],
    ['101 shared clusters', { tenantsInAYear: 50_001 }, []],
    [
      '50,001 accounts',
      { tenantsInAYear: 50_001, tenantsPerSharedCluster: 2_500 },
      ['pooled+namespace', 'pooled+vcluster'],
    ],
    [
      'an organization with 10 accounts',
      { tenantsInAYear: 11, accountLimit: 10 },
      all.filter((name) => name.startsWith('pooled')),
    ],
    ['250 closures a month', { tenantsLeavingPerMonth: 250 }, all],
    ['251 closures a month', { tenantsLeavingPerMonth: 251 }, all.filter((name) => name.startsWith('pooled'))],
    ['3,001 access entries a tenant', { identitiesPerTenant: 3_001 }, all.filter((name) => name.endsWith('vcluster'))],
  ])('%s', (_case, changes, expected) => expect(possible(changes)).toEqual([...expected].sort()));

  it('name the fact and where it stands', () => {
    const { ranking } = advise(needs({ tenantsInAYear: 101 }));
    expect(ranking.at(-1)).toMatchObject({
      name: 'pooled+cluster',
      exclusions: [
        {
          rule: 'limit',
          fact: 'EKS clusters in a region of one account: 101 needed, 100 possible (AWS raises it on request)',
          source: 'https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html',
        },
      ],
    });
  });
});

describe('the price of a tenant', () => {
  const component = (placement: Placement, name: string, changes: Record<string, unknown> = {}) =>
    monthlyPrice(placement, needs(changes), figures).components.find((one) => one.name === name)?.usd ?? Number.NaN;

  it('has the whole control plane where the cluster is its own, a share of it where not', () => {
    expect(component(place('pooled', 'cluster'), 'EKS control plane')).toBeCloseTo(73);
    expect(component(place('pooled', 'namespace'), 'EKS control plane', { tenantsInAYear: 100 })).toBeCloseTo(0.73);
    const crowded = { tenantsInAYear: 100, tenantsPerSharedCluster: 10 };
    expect(component(place('pooled', 'namespace'), 'EKS control plane', crowded)).toBeCloseTo(7.3);
  });

  it('has the virtual control plane and its load balancer only in a virtual cluster', () => {
    expect(component(place('pooled', 'vcluster'), 'Virtual control plane')).toBeGreaterThan(5);
    expect(component(place('pooled', 'namespace'), 'Virtual control plane')).toBe(0);
    expect(component(place('pooled', 'vcluster'), 'Load balancers')).toBeGreaterThan(16);
  });

  it('has gateways, endpoints and the account baseline in full where they are its own', () => {
    const own = place('dedicated', 'cluster');
    const shared = place('pooled', 'namespace');
    expect(component(own, 'NAT gateway', { workload: { internetGB: 0 } })).toBeCloseTo(32.85);
    expect(component(own, 'VPC endpoints', { interfaceEndpoints: 4 })).toBeCloseTo(58.4);
    expect(component(shared, 'VPC endpoints', { interfaceEndpoints: 4 })).toBeCloseTo(0.584);
    expect(component(own, 'Account baseline')).toBeCloseTo(100 * component(shared, 'Account baseline'));
  });

  it('falls with the number of tenants that share', () => {
    const usd = (tenants: number) => monthlyPrice(place('pooled', 'namespace'), needs(), figures, tenants).usd;
    expect(usd(1)).toBeGreaterThan(250);
    expect(usd(100)).toBeLessThan(usd(10));
  });
});

describe('requirements', () => {
  it('have a description for every member', () => {
    for (const [name, schema] of Object.entries(requirements.shape))
      if (name !== 'workload') expect(schema.description, name).toBeTruthy();
  });

  it('of a tier are those of all, with its own on top', () => {
    const file = parseRequirements(
      { teamSize: 9, workload: { cpuCores: 2 }, tiers: { gold: { ownAccount: true, workload: { logsGB: 7 } } } },
      'x',
    );
    expect(requirementsOf(file, 'gold')).toMatchObject({
      teamSize: 9,
      ownAccount: true,
      workload: { cpuCores: 2, logsGB: 7, memoryGiB: 1 },
    });
    expect(requirementsOf(file, 'basic')).toMatchObject({ teamSize: 9, ownAccount: false });
  });

  it('that are wrong are refused by path', () => {
    expect(() => parseRequirements({ teamsize: 3, tiers: { gold: { tenants: 0 } } }, 'needs.json')).toThrow(
      /needs\.json does not hold requirements:\n {2}tiers\.gold\.tenants: .*\n {2}\(whole file\): .*teamsize/s,
    );
  });
});

describe('a move', () => {
  it('is explained in words, with what the measured usage costs', () => {
    const small = explainMove(place('pooled', 'namespace'), place('pooled', 'vcluster'));
    expect(small.text).toMatch(
      /^pooled\+vcluster instead of pooled\+namespace: \+\$\d+\.\d\d a month \(Load balancers \+\$16\.43, .*\)\. Of 100 points: isolation 20 -> 45, /,
    );
    const large = explainMove(place('pooled', 'namespace'), place('pooled', 'cluster'), {
      cpuCores: 12,
      memoryGiB: 40,
    });
    expect(large.price.after).toBeGreaterThan(
      explainMove(place('pooled', 'namespace'), place('pooled', 'cluster')).price.after,
    );
  });
});
