import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { type Demand, demandOf, freePlaces, largestDemand } from '../../tenancy/clusters/capacity.ts';
import type { TenantryConfig } from '../../tenancy/config.ts';
import { CatalogueError, errorCatalogue, isErrorName } from '../../tenancy/errors.ts';
import { eksIn } from '../kubernetes/eks-account.ts';
import { toCatalogueError } from '../runtime/aws-errors.ts';
import { config } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';
import { type Table, table } from '../runtime/table.ts';
import { getCluster, recordAddedCluster } from './cluster-store.ts';
import { addedClusterSpec, ensureAddedCluster } from './ensure-cluster.ts';
import { installedClusters } from './installed-clusters.ts';
import {
  capacitiesOf,
  loadOf,
  loadsOf,
  nextAdded,
  type SharedClusters,
  type SharedLoad,
  unusedCluster,
} from './join-shared-cluster.ts';
import { platformPrincipals } from './platform-access.ts';

const logger = new Logger({ serviceName: 'replenish-clusters' });

export interface ClustersReport {
  /** Places in clusters that are there, for tenants of the largest tier. */
  free: number;
  /** Places in clusters that are being made. */
  coming: number;
  /** Clusters that this visit decided on. */
  added: string[];
  /** Clusters that became ready at this visit. */
  made: string[];
  making: string[];
  /** What cannot be made, and why: a person looks at it, and every visit tries again. */
  failed: { name: string; error: string }[];
  /** Why no further cluster is added, although there is less room than is to be kept. */
  short?: string;
}

/** Whose room is counted: of each resource as much as any tier takes that lives in shared clusters. */
export function sharedDemand(tiers: TenantryConfig['tiers']): Demand {
  const shared = Object.values(tiers).filter(({ placement }) => placement.workspace !== 'cluster');
  return largestDemand(shared.map(({ workspace }) => demandOf(workspace.compute)));
}

/**
 * Keeps room for `ahead` tenants in the shared clusters: records the next ones where the free places, also of clusters that are
 * being made, are fewer, up to the maximum; then goes on making whatever is recorded and not there. `make` ensures one of
 * them. Visits at the same time do what one does: a cluster is recorded once, and making it twice is making it once.
 */
export async function replenishClusters(
  table: Table,
  shared: SharedClusters,
  { ahead, demand, make }: { ahead: number; demand: Demand; make(name: string): Promise<unknown> },
): Promise<ClustersReport> {
  const { loads, added, short } = await keepAhead(table, shared, ahead, demand);
  const report: ClustersReport = {
    free: 0,
    coming: 0,
    added,
    made: [],
    making: [],
    failed: [],
    ...(short && { short }),
  };
  for (const load of loads) {
    const outcome = load.making ? await tryMaking(load.name, make) : 'there';
    if (outcome === 'there' || outcome === 'made') report.free += freePlaces(load, demand);
    if (outcome === 'made') report.made.push(load.name);
    if (outcome === 'making') {
      report.coming += freePlaces(load, demand);
      report.making.push(load.name);
    }
    if (typeof outcome === 'object') report.failed.push({ name: load.name, ...outcome });
  }
  return report;
}

async function keepAhead(table: Table, shared: SharedClusters, ahead: number, demand: Demand) {
  const capacities = capacitiesOf(shared);
  const loads = await currentLoads(table, shared);
  const added: string[] = [];
  for (;;) {
    const places = loads.reduce((sum, load) => sum + freePlaces(load, demand), 0);
    if (places >= ahead) return { loads, added };
    const following = nextAdded(shared, loads, capacities, demand);
    if (following.next === undefined) return { loads, added, short: following.why };
    const name = shared.addedName(following.next);
    // One that somebody else recorded meanwhile counts with whatever is in it by now.
    if (await recordAddedCluster(table, name, following.next)) added.push(name);
    const record = (await getCluster(table, name)) ?? unusedCluster(name);
    loads.push({ ...loadOf(shared, capacities, record), added: following.next });
  }
}

/** What the index knows, each read again: it is a moment behind, and a cluster costs money. */
async function currentLoads(table: Table, shared: SharedClusters): Promise<SharedLoad[]> {
  const capacities = capacitiesOf(shared);
  const listed = await loadsOf(table, shared, capacities);
  const records = await Promise.all(listed.map(({ name }) => getCluster(table, name)));
  return listed.map(({ name }, index) => loadOf(shared, capacities, records[index] ?? unusedCluster(name)));
}

/** One that cannot be made keeps no other from being made. */
async function tryMaking(
  name: string,
  make: (name: string) => Promise<unknown>,
): Promise<'made' | 'making' | { error: string }> {
  try {
    await make(name);
    return 'made';
  } catch (thrown) {
    const error = toCatalogueError(thrown);
    if (isErrorName(error.name) && errorCatalogue[error.name].kind === 'wait') return 'making';
    return { error: `${error.name}: ${error.message}` };
  }
}

/** On a schedule. */
export async function handler(): Promise<ClustersReport> {
  const settings = config.clusters;
  if (!settings?.added) throw new CatalogueError('InvalidInput', 'The configuration has no "clusters.added".');
  const eks = eksIn(environment('PLATFORM_ACCOUNT_ID'));
  const report = await replenishClusters(table(), installedClusters(), {
    ahead: settings.added.ahead ?? 0,
    demand: sharedDemand(config.tiers),
    make: (name) => ensureAddedCluster(table(), eks, addedClusterSpec(name, settings), settings, platformPrincipals()),
  });
  if (report.failed.length > 0) logger.error('shared clusters cannot be made', { ...report });
  else logger.info('shared clusters replenished', { ...report });
  publish(report);
  return report;
}

/** In the log, from which CloudWatch takes them. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html */
function publish(report: ClustersReport): void {
  const metrics = new Metrics({ namespace: 'Tenantry', serviceName: 'clusters' });
  metrics.addMetric('ClusterPlacesFree', MetricUnit.Count, report.free);
  metrics.addMetric('ClusterPlacesComing', MetricUnit.Count, report.coming);
  metrics.addMetric('ClustersMaking', MetricUnit.Count, report.making.length);
  metrics.addMetric('ClustersFailed', MetricUnit.Count, report.failed.length);
  metrics.addMetric('ClustersAtMaximum', MetricUnit.Count, report.short === undefined ? 0 : 1);
  metrics.publishStoredMetrics();
}
