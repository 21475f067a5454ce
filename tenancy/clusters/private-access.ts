import { z } from 'zod';
import type { ClustersConfig } from './config.ts';

/**
 * The network of the functions that work in clusters. As many subnets and groups as Lambda takes; the subnets in at least two zones, so
 * that one that fails stops no operation. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export const functionsConfig = z.strictObject({
  /** They need a way to AWS's APIs: a NAT gateway, or endpoints of the services in the VPC. */
  subnetIds: z
    .array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/))
    .min(2)
    .max(16),
  securityGroupIds: z
    .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/))
    .min(1)
    .max(5),
});

export type FunctionsConfig = z.infer<typeof functionsConfig>;

interface Access {
  tiers: Readonly<Record<string, { placement: { workspace: string } }>>;
  clusters?: Pick<ClustersConfig, 'publicAccessCidrs'> | undefined;
  functions?: FunctionsConfig | undefined;
}

/** What would leave the functions outside of clusters that they make. */
export function accessMistakes({ tiers, clusters, functions }: Access): { path: string; message: string }[] {
  const [own] = Object.entries(tiers).find(([, { placement }]) => placement.workspace === 'cluster') ?? [];
  if (!clusters)
    return own ? [{ path: 'clusters', message: `is needed: the tier "${own}" has clusters of its own` }] : [];
  if (clusters.publicAccessCidrs.length > 0 || functions) return [];
  return [
    {
      path: 'functions',
      message:
        'is needed: "clusters.publicAccessCidrs" is empty, which closes the public endpoint of clusters that are made, and functions outside of a VPC reach no other',
    },
  ];
}
