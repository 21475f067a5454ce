import { ListClustersCommand } from '@aws-sdk/client-eks';
import { CatalogueError } from '../../tenancy/errors.ts';
import { vclusterPlace } from '../../tenancy/vcluster/facts.ts';
import { installedClusters } from '../clusters/installed-clusters.ts';
import { accountClients } from '../foundations/access.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { tenantClient } from '../kubernetes/cluster-clients.ts';
import { type Eks, eksIn } from '../kubernetes/eks-account.ts';
import { config, findTier } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';
import { table } from '../runtime/table.ts';
import { listTenantObjects } from '../transfer/list-tenant-objects.ts';
import { readableBy } from '../transfer/readable.ts';
import { installedVclusterSettings } from '../vclusters/installed-settings.ts';
import { findVirtualCluster } from '../vclusters/virtual-cluster.ts';
import { existingCluster } from '../workspaces/existing-cluster.ts';
import type { PreflightWorld } from './preflight.ts';
import type { PreflightRequest, Tiers } from './preflight-request.ts';

/** The installation that the function belongs to. */
export function installedWorld(): PreflightWorld {
  const platformAccountId = environment('PLATFORM_ACCOUNT_ID');
  return {
    table: table(),
    platformAccountId,
    vending: config.accounts !== undefined,
    shared: installedClusters(),
    async readWorkspace(request, place) {
      const { namespace } = request.from;
      const cluster = await existingCluster(request.from.cluster);
      const reader = await readerOf(request, cluster);
      const [quotas, objects] = await Promise.all([
        cluster.list({ apiVersion: 'v1', kind: 'ResourceQuota' }, { namespace }),
        listTenantObjects(reader, place),
      ]);
      return { quotas, objects };
    },
    sharedCluster: (name) => existingCluster({ name, accountId: platformAccountId }),
    countClusters: (accountId) => countClusters(eksIn(accountId)),
    stacksIn: (accountId) => accountClients(accountId, platformAccountId).stacks,
    eksIn,
  };
}

/**
 * Whoever may read what the tenant has made. In a namespace that is the tenant itself: the platform would have to give itself
 * the right, and a pre-flight changes nothing. Inside a virtual cluster it is the administrator.
 */
async function readerOf({ tenantId, from }: PreflightRequest, cluster: Kubernetes): Promise<Kubernetes> {
  const { name, accountId } = from.cluster;
  if (from.placement.workspace !== 'vcluster')
    return readableBy(await tenantClient(name, tenantId, from.roleArn, accountId));
  const virtual = await findVirtualCluster(cluster, vclusterPlace({ tenantId, generation: from.generation }));
  if (virtual.ready) return virtual.administrator;
  throw new CatalogueError(
    'ClusterUnreachable',
    `The virtual cluster of "${tenantId}" does not answer: ${virtual.lacks}.`,
  );
}

async function countClusters(eks: Eks): Promise<number> {
  let count = 0;
  let nextToken: string | undefined;
  do {
    const page = await eks.send(new ListClustersCommand({ nextToken }));
    count += page.clusters?.length ?? 0;
    nextToken = page.nextToken;
  } while (nextToken);
  return count;
}

/** What the configuration says about both tiers. Throws `InvalidInput` for one that it does not have. */
export function installedTiers({ from, to }: Pick<PreflightRequest, 'from' | 'to'>): Tiers {
  return { old: findTier(from.tier), wanted: findTier(to.tier), vclusters: installedVclusterSettings() };
}
