import { type ClustersConfig, clustersConfig } from '../../tenancy/clusters/config.ts';
import { addedClusterName } from '../../tenancy/clusters/names.ts';
import { config } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';
import type { SharedClusters } from './join-shared-cluster.ts';

/** What the installation's configuration says about clusters under `clusters`; the defaults if nothing. */
export function installedClustersConfig(): ClustersConfig {
  return config.clusters ?? clustersConfig.parse({ publicAccessCidrs: [] });
}

/** The shared clusters of the configuration, and those that the installation adds to them. */
export function installedClusters(): SharedClusters {
  return {
    existing: config.sharedClusters,
    settings: installedClustersConfig(),
    addedName: (n) => addedClusterName(environment('INSTALLATION'), n),
  };
}
