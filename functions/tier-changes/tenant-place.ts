import { CatalogueError } from '../../tenancy/errors.ts';
import type { Placed } from '../../tenancy/names.ts';
import type { Place } from '../../tenancy/transfer/place.ts';
import { tenantPlace } from '../../tenancy/transfer/tenant-place.ts';
import { vclusterPlace } from '../../tenancy/vcluster/facts.ts';
import { exportClusterRole } from '../../tenancy/workspace/life-access.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { tenantClient } from '../kubernetes/cluster-clients.ts';
import { findTier } from '../runtime/config.ts';
import { giveRightsUp, takeRights } from '../suspension/own-rights.ts';
import { installedVclusterSettings } from '../vclusters/installed-settings.ts';
import { tenantOf, tenantToken } from '../vclusters/tenant-access.ts';
import { findVirtualCluster } from '../vclusters/virtual-cluster.ts';
import { existingCluster } from '../workspaces/existing-cluster.ts';
import type { Made } from './placements.ts';

/** The least that an API server gives. */
const TOKEN_SECONDS = 3_600;

/** What a placement's workspace is to a transfer, by the installation's configuration. */
export function placeOf(tenantId: string, made: Made): Place {
  return tenantPlace(tenantId, made, { says: findTier(made.tier), vclusters: installedVclusterSettings() });
}

/**
 * Runs with a client that may read everything of the tenant's in the placement, secrets too. In a namespace the platform gives itself
 * that right for as long as it takes; inside a virtual cluster it is the administrator.
 */
export async function withReader<T>(
  placed: Placed,
  made: Made,
  run: (kubernetes: Kubernetes) => Promise<T>,
): Promise<T> {
  const cluster = await existingCluster(made.cluster);
  if (made.placement.workspace === 'vcluster') return run((await virtualClusterOf(placed, cluster)).administrator);
  await takeRights(cluster, exportClusterRole, made.namespace);
  try {
    return await run(cluster);
  } finally {
    await giveRightsUp(cluster, exportClusterRole, made.namespace);
  }
}

/** A client that is the tenant itself: what RBAC and admission refuse it, they refuse here. */
export async function tenantIn(placed: Placed, made: Made): Promise<Kubernetes> {
  const { cluster, roleArn, placement } = made;
  if (placement.workspace !== 'vcluster')
    return tenantClient(cluster.name, placed.tenantId, roleArn, cluster.accountId);
  const { administrator, address } = await virtualClusterOf(placed, await existingCluster(cluster));
  return tenantOf(address, await tenantToken(administrator, TOKEN_SECONDS));
}

async function virtualClusterOf(placed: Placed, host: Kubernetes) {
  const virtual = await findVirtualCluster(host, vclusterPlace(placed));
  if (virtual.ready) return virtual;
  throw new CatalogueError(
    'StillCreating',
    `The virtual cluster of ${placed.tenantId} does not answer yet: ${virtual.lacks}.`,
  );
}
