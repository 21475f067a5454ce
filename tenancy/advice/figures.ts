import { z } from 'zod';
import pricesJson from './prices.json' with { type: 'json' };
import weightsJson from './weights.json' with { type: 'json' };

/** Where a figure was read, and how old it is. */
const provenance = { source: z.url(), date: z.iso.date() };

/**
 * - `aws`: AWS's own page. `published`: another page that quotes AWS's price.
 * - `project`: what this project makes. `assumption`: chosen; the page is what it was chosen from.
 */
const basis = z.enum(['aws', 'published', 'project', 'assumption']);

const figure = z.strictObject({
  value: z.number().nonnegative(),
  unit: z.string().min(1),
  ...provenance,
  basis,
  note: z.string().optional(),
});

const FIGURES = [
  'eksClusterHour',
  'nodeHour',
  'nodeCpuCores',
  'nodeMemoryGiB',
  'nodeUsableShare',
  'nodeVolumeGiB',
  'autoModeShare',
  'sharedClusterNodes',
  'ownClusterNodes',
  'clusterSystemCpuCores',
  'vclusterCpuCores',
  'vclusterMemoryGiB',
  'vclusterVolumeGiB',
  'loadBalancerHour',
  'natGatewayHour',
  'natGatewayGB',
  'sharedNatGateways',
  'ownNatGateways',
  'interfaceEndpointHour',
  'endpointZones',
  'logsGB',
  'clusterLogsGB',
  'volumeGiBMonth',
  'configItem',
  'accountConfigItems',
  'kmsKeyMonth',
  'accountKeys',
] as const;

export type FigureName = (typeof FIGURES)[number];

/** Schema of `prices.json`: US dollars and what they are multiplied with, each with source and date. */
export const pricesSchema = z.strictObject({
  region: z.string(),
  hoursPerMonth: z.number().positive(),
  figures: z.record(z.enum(FIGURES), figure),
});

export type Prices = z.infer<typeof pricesSchema>;

const points = z.strictObject({ points: z.number(), reason: z.string().min(1), ...provenance });
const number = z.strictObject({ value: z.number().positive(), ...provenance, note: z.string().optional() });
const weight = z.strictObject({ weight: z.number().positive(), ...provenance, note: z.string().optional() });
const regime = z.strictObject({
  title: z.string(),
  /** Points of isolation demand. */
  demand: z.number().min(0).max(100),
  requires: z.enum(['nothing', 'own-account', 'own-cluster-and-account']),
  /** `regulation`: its text says so. `practice`: it is how it is commonly satisfied; an auditor may agree to less. */
  basis: z.enum(['regulation', 'practice']),
  reason: z.string().min(1),
  ...provenance,
});

export const REGIMES = ['soc2', 'iso27001', 'gdpr', 'hipaa', 'pci-dss', 'fedramp-high'] as const;

/** Schema of `weights.json`: what each property of a placement is worth, and what each requirement asks for. */
export const weightsSchema = z.strictObject({
  dimensions: z.strictObject({ isolation: weight, cost: weight, complexity: weight, scalability: weight }),
  isolationPerDemand: number,
  isolation: z.strictObject({ base: points, vcluster: points, cluster: points, dedicated: points }),
  demand: z.strictObject({
    noisyNeighbours: z.strictObject({ any: points, some: points, none: points }),
    workloads: z.strictObject({ ours: points, images: points, untrusted: points }),
  }),
  regimes: z.record(z.enum(REGIMES), regime),
  complexity: z.strictObject({
    vcluster: points,
    cluster: points,
    dedicated: points,
    perEngineer: z.strictObject({ clusters: number, vclusters: number, accounts: number }),
    overload: number,
  }),
  scalability: z.strictObject({ limitShare: number, dedicated: points, vcluster: points, cluster: points }),
  overEngineered: number,
});

export type Weights = z.infer<typeof weightsSchema>;

/** Both files; other figures of the same form can be put in their place, such as those of another region. */
export interface Figures {
  readonly prices: Prices;
  readonly weights: Weights;
}

/** The figures that come with the product. */
export const figures: Figures = {
  prices: pricesSchema.parse(pricesJson),
  weights: weightsSchema.parse(weightsJson),
};
