import { clustersConfig } from '../../tenancy/clusters/config.ts';
import { addedClusterName } from '../../tenancy/clusters/names.ts';
import type { SharedClusters } from '../clusters/join-shared-cluster.ts';
import { config } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';

/** The shared clusters of the installation, as its configuration says. */
export function installedClusters(): SharedClusters {
  return {
    existing: config.sharedClusters,
    settings: config.clusters ?? clustersConfig.parse({ publicAccessCidrs: [] }),
    addedName: (n) => addedClusterName(environment('INSTALLATION'), n),
  };
}
