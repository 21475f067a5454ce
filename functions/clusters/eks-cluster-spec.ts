import { createHash } from 'node:crypto';
import type { CreateClusterCommandInput } from '@aws-sdk/client-eks';
import type { ClustersConfig } from '../../tenancy/clusters/config.ts';

/** What a cluster that the product makes is made of. */
export interface ClusterSpec {
  name: string;
  /** Account it is in; part of the idempotency token. */
  accountId: string;
  subnetIds: readonly string[];
  /** Of the control plane's interfaces, beside the one that EKS makes. */
  securityGroupIds?: readonly string[];
  clusterRoleArn: string;
  nodeRoleArn: string;
  tags: Record<string, string>;
}

type Settings = Pick<ClustersConfig, 'version' | 'publicAccessCidrs' | 'kmsKeyArn'>;

/**
 * The request that makes a cluster: Auto Mode, access entries only and no hidden administrator, standard support (extended
 * support bills six times as much), deletion protection, audit logs. The token is the same for the same cluster.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
 */
export function createClusterInput(spec: ClusterSpec, settings: Settings): CreateClusterCommandInput {
  const publicEndpoint = settings.publicAccessCidrs.length > 0;
  return {
    name: spec.name,
    clientRequestToken: createHash('sha256').update(`${spec.accountId}/${spec.name}`).digest('hex'),
    roleArn: spec.clusterRoleArn,
    version: settings.version,
    accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
    resourcesVpcConfig: {
      subnetIds: [...spec.subnetIds],
      ...(spec.securityGroupIds && { securityGroupIds: [...spec.securityGroupIds] }),
      endpointPrivateAccess: true,
      endpointPublicAccess: publicEndpoint,
      ...(publicEndpoint && { publicAccessCidrs: settings.publicAccessCidrs }),
    },
    computeConfig: { enabled: true, nodePools: ['general-purpose', 'system'], nodeRoleArn: spec.nodeRoleArn },
    kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
    storageConfig: { blockStorage: { enabled: true } },
    upgradePolicy: { supportType: 'STANDARD' },
    deletionProtection: true,
    logging: { clusterLogging: [{ types: ['api', 'audit', 'authenticator'], enabled: true }] },
    ...(settings.kmsKeyArn && {
      encryptionConfig: [{ resources: ['secrets'], provider: { keyArn: settings.kmsKeyArn } }],
    }),
    tags: spec.tags,
  };
}
