import { eksArn } from './database.ts';
import type { ClusterRecord, UpdateRecord } from './records.ts';

/** A cluster as DescribeCluster shows it. Endpoint and CA appear with ACTIVE. */
export function clusterView(cluster: ClusterRecord): Record<string, unknown> {
  const { name, configuration } = cluster;
  const reachable = cluster.status !== 'CREATING' && cluster.status !== 'FAILED';
  return {
    name,
    arn: clusterArn(cluster),
    createdAt: new Date(cluster.createdAt),
    version: cluster.version,
    ...(reachable && cluster.endpoint !== undefined && { endpoint: cluster.endpoint }),
    roleArn: cluster.roleArn,
    ...configuration,
    identity: { oidc: { issuer: serviceAccountIssuer(cluster) } },
    status: cluster.status,
    certificateAuthority:
      reachable && cluster.certificateAuthorityData ? { data: cluster.certificateAuthorityData } : {},
    ...(cluster.clientRequestToken !== undefined && { clientRequestToken: cluster.clientRequestToken }),
    platformVersion: 'eks.1',
    tags: cluster.tags,
    health: { issues: cluster.healthIssues.map(({ resourceIds, ...issue }) => ({ ...issue, resourceIds })) },
    accessConfig: { authenticationMode: cluster.authenticationMode },
    upgradePolicy: { supportType: cluster.supportType },
    deletionProtection: cluster.deletionProtection,
  };
}

export function clusterArn(cluster: Pick<ClusterRecord, 'accountId' | 'region' | 'name'>): string {
  return eksArn(cluster, `cluster/${cluster.name}`);
}

/** As AWS names the OIDC issuer of a cluster's service account tokens. */
export function serviceAccountIssuer(cluster: Pick<ClusterRecord, 'region' | 'id'>): string {
  return `https://oidc.eks.${cluster.region}.amazonaws.com/id/${cluster.id}`;
}

/** An update as DescribeUpdate shows it. */
export function updateView(update: UpdateRecord): Record<string, unknown> {
  const { id, status, type, params, errors } = update;
  return { id, status, type, params, createdAt: new Date(update.createdAt), errors };
}
