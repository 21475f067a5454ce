import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { STSClient } from '@aws-sdk/client-sts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { once } from '../runtime/environment.ts';
import { tenantSession } from '../runtime/tenant-session.ts';
import type { Kubernetes } from './client.ts';
import { eksIn } from './eks-account.ts';
import { type EksCluster, eksClient } from './eks-cluster.ts';

const sts = once(() => new STSClient({}));

/** A cluster's address changes only when a new cluster gets the name; a warm function asks again after a minute. */
const addressLife = 60_000;
const addresses = new Map<string, { readonly cluster: EksCluster; readonly until: number }>();

/**
 * A client for the cluster as the function's own role. `accountId` is that of a cluster that is not in the platform's account.
 * @throws what DescribeCluster throws, such as `ResourceNotFoundException`; `StillCreating` while it has no endpoint.
 */
export async function platformClient(clusterName: string, accountId?: string): Promise<Kubernetes> {
  // The token is the function's own, whoever's account the cluster is in: its role has an access entry there.
  return eksClient(await addressOf(clusterName, accountId), eksIn().config.credentials, {
    who: `the role of the function ${process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? ''}`,
  });
}

/**
 * A client for the cluster as the tenant itself: with a session of the tenant's role.
 * @throws NotYetConsistent while STS refuses the role: one that was just made is not known everywhere.
 */
export async function tenantClient(
  clusterName: string,
  tenantId: string,
  roleArn: string,
  accountId?: string,
): Promise<Kubernetes> {
  const [cluster, session] = await Promise.all([
    addressOf(clusterName, accountId),
    tenantSession(sts(), tenantId, roleArn),
  ]);
  return eksClient(cluster, session, { who: roleArn });
}

async function addressOf(name: string, accountId?: string): Promise<EksCluster> {
  const key = `${accountId ?? ''}/${name}`;
  const known = addresses.get(key);
  if (known !== undefined && known.until > Date.now()) return known.cluster;
  const eks = eksIn(accountId);
  const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
  const endpoint = cluster?.endpoint;
  const certificateAuthorityData = cluster?.certificateAuthority?.data;
  if (endpoint === undefined || certificateAuthorityData === undefined) {
    throw new CatalogueError('StillCreating', `The cluster ${name} is ${cluster?.status} and has no endpoint yet.`);
  }
  const found: EksCluster = { name, region: await eks.config.region(), endpoint, certificateAuthorityData };
  addresses.set(key, { cluster: found, until: Date.now() + addressLife });
  return found;
}
