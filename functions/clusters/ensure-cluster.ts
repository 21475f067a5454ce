import type { Cluster } from '@aws-sdk/client-eks';
import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { demandOf } from '../../tenancy/clusters/capacity.ts';
import type { ClustersConfig } from '../../tenancy/clusters/config.ts';
import { installationTag, tenantClusterName } from '../../tenancy/clusters/names.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type Placed, tenantTags } from '../../tenancy/names.ts';
import { type Eks, eksIn } from '../kubernetes/eks-account.ts';
import { createLedger, type Ledger, readLedger } from '../operations/ledger-store.ts';
import { findTier } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { getCluster, recordMade } from './cluster-store.ts';
import type { ClusterSpec } from './eks-cluster-spec.ts';
import { describeCluster, ensureEksCluster, expectActive } from './ensure-eks-cluster.ts';
import { installedClusters, installedClustersConfig } from './installed-clusters.ts';
import { joinSharedCluster, type Place } from './join-shared-cluster.ts';
import { ensurePlatformAccess, type PlatformPrincipals, platformPrincipals } from './platform-access.ts';

/** What the later steps know of the cluster a tenant lives in. */
export const clusterFacts = z.object({ name: z.string(), arn: z.string(), accountId: z.string() });

export type ClusterFacts = z.infer<typeof clusterFacts>;

/** The network and the roles of a cluster that is made for one tenant, from its foundation. */
export const clusterSite = z.object({
  subnetIds: z.array(z.string()).min(2),
  clusterRoleArn: z.string(),
  nodeRoleArn: z.string(),
});

type Settings = Pick<ClustersConfig, 'version' | 'publicAccessCidrs' | 'kmsKeyArn'>;

/** Ensures a cluster that the product makes, with its functions known in it. Throws what ensureEksCluster throws. */
export async function ensureOwnCluster(
  eks: Eks,
  spec: ClusterSpec,
  settings: Settings,
  principals: PlatformPrincipals,
): Promise<Cluster> {
  const cluster = await ensureEksCluster(eks, spec, settings);
  await ensurePlatformAccess(eks, spec.name, principals);
  return cluster;
}

/** The cluster of one tenant, and whether the ledger says that it was made before. */
interface TenantCluster {
  spec: ClusterSpec;
  settings: Settings;
  principals: PlatformPrincipals;
  made: boolean;
}

/**
 * Ensures the cluster of one tenant: intent in the ledger, then the cluster. One that was made and is gone is not made again,
 * empty as it would be: `ClusterFailed`.
 */
export async function ensureTenantCluster(
  eks: Eks,
  ledger: Ledger,
  { spec, settings, principals, made }: TenantCluster,
): Promise<ClusterFacts> {
  const attributes = { accountId: spec.accountId, own: 'true' };
  if (!(await describeCluster(eks, spec.name))) {
    if (made) throw deletedElsewhere(spec);
    await ledger.plan('cluster', spec.name, attributes);
  }
  const cluster = await ensureOwnCluster(eks, spec, settings, principals);
  await ledger.created('cluster', spec.name, { ...attributes, clusterArn: cluster.arn ?? '' });
  return { name: spec.name, arn: cluster.arn ?? '', accountId: spec.accountId };
}

function deletedElsewhere({ name, accountId }: ClusterSpec): CatalogueError {
  return new CatalogueError(
    'ClusterFailed',
    `The cluster ${name} in account ${accountId} was deleted by somebody else, with all that was in it. CloudTrail says who did it; release its tenants, then onboard them again.`,
  );
}

/** Whether the ledger says that the tenant's cluster was made, and not released since. */
async function wasMade({ tenantId, generation }: Placed, name: string): Promise<boolean> {
  const entries = await readLedger(table(), tenantId);
  return entries.some(
    (entry) =>
      entry.kind === 'cluster' && entry.generation === generation && entry.name === name && entry.state === 'CREATED',
  );
}

const input = placedStepInput.extend({
  tier: z.string(),
  placement,
  accountId: z.string(),
  site: clusterSite.optional(),
});

/** Step of acquire-placement: the tenant's own cluster, or its place in a shared one. */
export const handler = step({
  name: 'ensure-cluster',
  input,
  output: clusterFacts,
  async run(request) {
    const settings = installedClustersConfig();
    if (request.placement.workspace === 'cluster') {
      if (!request.site)
        throw new CatalogueError('InvalidInput', 'A cluster of its own needs the site of its foundation.');
      const spec: ClusterSpec = {
        name: tenantClusterName(request),
        accountId: request.accountId,
        tags: tenantTags(request.tenantId, request.tier),
        ...request.site,
      };
      const ledger = createLedger(table(), request);
      const made = await wasMade(request, spec.name);
      return ensureTenantCluster(eksIn(request.accountId), ledger, {
        spec,
        settings,
        principals: platformPrincipals(),
        made,
      });
    }
    return ensurePlace(request, settings);
  },
});

async function ensurePlace(request: z.infer<typeof input>, settings: ClustersConfig): Promise<ClusterFacts> {
  const ledger = createLedger(table(), request);
  const demand = demandOf(findTier(request.tier).workspace.compute);
  const place = await joinSharedCluster(table(), ledger, installedClusters(), {
    tenantId: request.tenantId,
    generation: request.generation,
    demand,
  });
  const accountId = environment('PLATFORM_ACCOUNT_ID');
  const cluster = await sharedCluster(eksIn(accountId), place, settings);
  const attributes = {
    cpuMillis: String(demand.cpuMillis),
    memoryMebibytes: String(demand.memoryMebibytes),
    accountId,
    clusterArn: cluster.arn ?? '',
  };
  await ledger.created('cluster', place.name, attributes);
  return { name: place.name, arn: cluster.arn ?? '', accountId };
}

async function sharedCluster(eks: Eks, place: Place, settings: ClustersConfig): Promise<Cluster> {
  if (!place.added) {
    const cluster = await describeCluster(eks, place.name);
    if (cluster) return expectActive(cluster);
    throw new CatalogueError('ClusterFailed', `The shared cluster ${place.name} of the configuration does not exist.`);
  }
  return ensureAddedCluster(table(), eks, addedClusterSpec(place.name, settings), settings, platformPrincipals());
}

/** What a shared cluster that the product adds is made of: the configuration's subnets, the roles of the template. */
export function addedClusterSpec(name: string, settings: ClustersConfig): ClusterSpec {
  const securityGroupIds = settings.added?.securityGroupIds;
  return {
    name,
    accountId: environment('PLATFORM_ACCOUNT_ID'),
    subnetIds: settings.added?.subnetIds ?? [],
    ...(securityGroupIds && { securityGroupIds }),
    clusterRoleArn: environment('CLUSTER_ROLE_ARN'),
    nodeRoleArn: environment('NODE_ROLE_ARN'),
    tags: { [installationTag]: environment('INSTALLATION') },
  };
}

/** Ensures a shared cluster that the product adds; like a tenant's own, it is not made a second time. */
export async function ensureAddedCluster(
  registry: Table,
  eks: Eks,
  spec: ClusterSpec,
  settings: Settings,
  principals: PlatformPrincipals,
): Promise<Cluster> {
  const made = (await getCluster(registry, spec.name))?.made ?? false;
  if (made && !(await describeCluster(eks, spec.name))) throw deletedElsewhere(spec);
  const cluster = await ensureOwnCluster(eks, spec, settings, principals);
  if (!made) await recordMade(registry, spec.name);
  return cluster;
}
