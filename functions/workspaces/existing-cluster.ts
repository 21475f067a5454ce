import { CatalogueError } from '../../tenancy/errors.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { platformClient } from '../kubernetes/cluster-clients.ts';

interface Cluster {
  readonly name: string;
  readonly accountId: string;
}

/**
 * A client for a cluster that has to be there.
 * @throws ClusterFailed if it is not: somebody else deleted it.
 */
export async function existingCluster({ name, accountId }: Cluster, connect = platformClient): Promise<Kubernetes> {
  try {
    return await connect(name, accountId);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
    throw new CatalogueError(
      'ClusterFailed',
      `The cluster ${name} in account ${accountId} does not exist any more: somebody else deleted it. CloudTrail says who.`,
      { cause: error },
    );
  }
}

/** A client for it, or undefined if it is gone: with it, its namespaces are. */
export async function clusterUnlessGone(
  { name, accountId }: Cluster,
  connect = platformClient,
): Promise<Kubernetes | undefined> {
  try {
    return await connect(name, accountId);
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
