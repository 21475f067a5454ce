import type { Cloud } from '../kernel/service.ts';
import { ensureControlPlaneBinary } from '../kube/build.ts';
import { createControlPlanes } from '../kube/control-planes.ts';
import { ensureVclusterBinary } from '../vcluster/build.ts';
import { type HostControlPlanes, withVirtualClusters } from '../vcluster/with-virtual-clusters.ts';

/**
 * Real control planes of this machine that run virtual clusters, with their data in the state folder. Builds the binary if it is not
 * cached; vcluster's own is built when the first virtual cluster starts.
 */
export async function localControlPlanes(
  cloud: Cloud,
  progress: (line: string) => void = (line) => cloud.log('info', line),
): Promise<HostControlPlanes> {
  const log = (message: string) => cloud.log('info', message);
  const assets = await ensureControlPlaneBinary(progress);
  const planes = createControlPlanes({ folder: cloud.store.folder('kube'), assets, log });
  return withVirtualClusters(planes, {
    folder: cloud.store.folder('vcluster'),
    assets,
    clock: cloud.clock,
    binary: () => ensureVclusterBinary(progress),
    log,
  });
}
