import { type Cluster, CreateClusterCommand, DescribeClusterCommand } from '@aws-sdk/client-eks';
import type { ClustersConfig } from '../../tenancy/clusters/config.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { Eks } from '../kubernetes/eks-account.ts';
import { type ClusterSpec, createClusterInput } from './eks-cluster-spec.ts';

/** Errors of a role or a grant that was just made and is not known everywhere. */
const FRESH = /could not be assumed|does not exist or the trusted entity|KMS grant/i;

/** The cluster of that name; `undefined` if there is none. */
export async function describeCluster(eks: Eks, name: string): Promise<Cluster | undefined> {
  try {
    return (await eks.send(new DescribeClusterCommand({ name }))).cluster;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** The cluster if it works. Throws `StillCreating`, `StillDeleting`, or `ClusterFailed` with its health issues. */
export function expectActive(cluster: Cluster): Cluster {
  const { name, status } = cluster;
  if (status === 'ACTIVE' || status === 'UPDATING') return cluster;
  const issues = (cluster.health?.issues ?? []).map(({ code, message }) => `${code}: ${message}`);
  if (status === 'FAILED')
    throw new CatalogueError(
      'ClusterFailed',
      `The cluster ${name} is FAILED. ${issues.join(' ') || 'EKS gives no reason.'}`,
    );
  if (status === 'DELETING') throw new CatalogueError('StillDeleting', `An earlier cluster ${name} is being deleted.`);
  throw new CatalogueError('StillCreating', `The cluster ${name} is ${status}. ${issues.join(' ')}`.trim());
}

/**
 * Ensures that the cluster exists, is ours (by all tags of the spec) and is active. Throws `StillCreating` until then,
 * `ClusterFailed`, `ResourceNotOwned` for somebody else's cluster of that name, and `NotYetConsistent` while EKS does not know its roles.
 */
export async function ensureEksCluster(
  eks: Eks,
  spec: ClusterSpec,
  settings: Pick<ClustersConfig, 'version' | 'publicAccessCidrs' | 'kmsKeyArn'>,
): Promise<Cluster> {
  const found = (await describeCluster(eks, spec.name)) ?? (await create(eks, spec, settings));
  expectOwned(found, spec);
  return expectActive(found);
}

async function create(
  eks: Eks,
  spec: ClusterSpec,
  settings: Parameters<typeof createClusterInput>[1],
): Promise<Cluster> {
  try {
    const { cluster } = await eks.send(new CreateClusterCommand(createClusterInput(spec, settings)));
    return cluster ?? { name: spec.name, status: 'CREATING', tags: spec.tags };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.name === 'InvalidParameterException' && FRESH.test(error.message))
      throw new CatalogueError('NotYetConsistent', error.message, { cause: error });
    if (error.name === 'ResourceLimitExceededException')
      throw new CatalogueError('NoClusterCapacity', error.message, { cause: error });
    // Somebody was faster, perhaps an earlier try of ours with other settings: its tags say whose it is.
    if (error.name !== 'ResourceInUseException') throw error;
    const cluster = await describeCluster(eks, spec.name);
    if (!cluster) throw new CatalogueError('StillDeleting', error.message, { cause: error });
    return cluster;
  }
}

function expectOwned(cluster: Cluster, spec: ClusterSpec): void {
  const foreign = Object.entries(spec.tags).find(([key, value]) => cluster.tags?.[key] !== value);
  if (foreign)
    throw new CatalogueError(
      'ResourceNotOwned',
      `The cluster ${spec.name} exists in account ${spec.accountId} and is not tagged ${foreign[0]}=${foreign[1]}.`,
    );
}
