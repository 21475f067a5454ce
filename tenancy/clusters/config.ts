import { z } from 'zod';

const cidr = z.cidrv4();

/** A shared cluster that exists already. */
export const sharedCluster = z.strictObject({
  name: z.string().min(1).max(100),
  /** Tenants it takes. */
  capacity: z.int().positive(),
  /** Cores and memory that the quotas of its tenants may add up to. */
  cpu: z.string().optional(),
  memory: z.string().optional(),
});

export type SharedClusterConfig = z.infer<typeof sharedCluster>;

/** How clusters are made, shared and filled. */
export const clustersConfig = z.strictObject({
  /** The share of a shared cluster's capacity that is promised to tenants. */
  share: z.number().gt(0).max(1).default(1),
  spread: z.enum(['fullest', 'emptiest']).default('fullest'),
  /** Kubernetes version of clusters that are made. */
  version: z
    .string()
    .regex(/^1\.\d{2}$/)
    .default('1.35'),
  /** Who reaches the API server's public endpoint. An empty list closes it: the functions must then be in the cluster's VPC. */
  publicAccessCidrs: z.array(cidr).max(40),
  /** KMS key for secrets in etcd, beside AWS's own encryption. */
  kmsKeyArn: z.string().startsWith('arn:').optional(),
  /** Shared clusters that are added when no other has room; none are, when this is left out. */
  added: z
    .strictObject({
      maximum: z.int().min(1).max(100),
      capacity: z.int().positive(),
      cpu: z.string().optional(),
      memory: z.string().optional(),
      /**
       * Room that is kept for so many more tenants of the largest tier that lives in shared clusters: the next cluster is made before
       * the others are full. Default 0: it is made when the first tenant finds no place, and that tenant waits for it.
       */
      ahead: z.int().min(0).optional(),
      /** Subnets in at least two zones. */
      subnetIds: z.array(z.string().startsWith('subnet-')).min(2),
      /** Of the control plane's interfaces, beside EKS's own: one that admits the functions at port 443, where they are in a VPC. */
      securityGroupIds: z.array(z.string().startsWith('sg-')).max(4).optional(),
    })
    .optional(),
});

export type ClustersConfig = z.infer<typeof clustersConfig>;
