import { join } from 'node:path';
import type { Cloud } from '../kernel/service.ts';
import { ensureControlPlaneBinary } from '../kube/build.ts';
import { type ControlPlane, createControlPlanes } from '../kube/control-planes.ts';
import { type PausingControlPlanes, withPauses } from '../kube/pausing.ts';
import { ensureVclusterBinary } from '../vcluster/build.ts';
import { hostApi } from '../vcluster/host-api.ts';
import { withVirtualClusters } from '../vcluster/with-virtual-clusters.ts';
import { hasVirtualClusters } from './virtual-clusters.ts';

/** How many control planes run at once, and how long. */
export interface RunningOptions {
  /** Default: as many as fit in half of the free memory at 400 MiB each, at least one. */
  readonly mostControlPlanes?: number;
  /** Real minutes without a connection to the API after which a cluster is paused. Default 5; 0 for never, unless another one needs its room. */
  readonly pauseAfterMinutes?: number;
}

/**
 * Real control planes of this machine that run virtual clusters, with their data in the state folder; idle ones are paused. Builds the binary if it is not
 * cached; vcluster's own is built when the first virtual cluster starts.
 */
export async function localControlPlanes(
  cloud: Cloud,
  options: RunningOptions,
  progress: (line: string) => void = (line) => cloud.log('info', line),
): Promise<PausingControlPlanes> {
  const log = (message: string) => cloud.log('info', message);
  const assets = await ensureControlPlaneBinary(progress);
  const folder = cloud.store.folder('kube');
  const hosts = withVirtualClusters(createControlPlanes({ folder, assets, log }), {
    folder: cloud.store.folder('vcluster'),
    assets,
    clock: cloud.clock,
    binary: () => ensureVclusterBinary(progress),
    log,
  });
  const { mostControlPlanes, pauseAfterMinutes } = options;
  return withPauses(hosts, {
    folder: join(folder, 'addresses'),
    most: mostControlPlanes,
    pauseAfter: pauseAfterMinutes === undefined ? undefined : (pauseAfterMinutes || Number.POSITIVE_INFINITY) * 60_000,
    isNeeded: runsVirtualClusters,
    hold: (reason) => cloud.clock.hold(`eks: ${reason}`),
    log,
  });
}

async function runsVirtualClusters({ adminKubeconfigPath }: ControlPlane): Promise<boolean> {
  const api = hostApi(adminKubeconfigPath);
  try {
    return await hasVirtualClusters(api);
  } finally {
    api.close();
  }
}
