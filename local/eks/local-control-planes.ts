import type { Cloud } from '../kernel/service.ts';
import { ensureControlPlaneBinary } from '../kube/build.ts';
import { type ControlPlanes, createControlPlanes } from '../kube/control-planes.ts';

/** Real control planes of this machine, with their data in the state folder. Builds the binary if it is not cached. */
export async function localControlPlanes(
  cloud: Cloud,
  progress: (line: string) => void = (line) => cloud.log('info', line),
): Promise<ControlPlanes> {
  const assets = await ensureControlPlaneBinary(progress);
  return createControlPlanes({
    folder: cloud.store.folder('kube'),
    assets,
    log: (message) => cloud.log('info', message),
  });
}
