import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import type { KubeAssets } from '../kube/assets.ts';
import type { ControlPlane, ControlPlaneOptions, ControlPlanes } from '../kube/control-planes.ts';
import { attachHost, forgetHost, type Host } from './host.ts';
import type { Places } from './kubelet.ts';
import type { LoadBalancerDurations } from './load-balancers.ts';

export interface VirtualClustersOptions {
  /** Holds a folder per host cluster. */
  readonly folder: string;
  readonly assets: KubeAssets;
  readonly clock: Clock;
  /** Path of the vcluster binary; asked for when the first virtual cluster starts. */
  binary(): Promise<string>;
  /** How many may run at once. Default: as many as fit in half of this machine's memory, at least one. */
  readonly most?: number;
  readonly loadBalancers?: Partial<LoadBalancerDurations>;
  log(message: string): void;
}

/** Control planes whose clusters run virtual clusters. */
export interface HostControlPlanes extends ControlPlanes {
  virtualClusters(): VirtualClusterStats[];
}

export interface VirtualClusterStats {
  readonly clusterId: string;
  /** `namespace/pod`. */
  readonly id: string;
  readonly pids: readonly number[];
  readonly residentBytes: number;
  readonly startMilliseconds: { controlPlane: number; vcluster: number };
}

/** One virtual cluster at rest: its etcd, control plane and syncer. */
const BYTES_EACH = 500 * 2 ** 20;
const DEFAULT_SERVICE_CIDR = '172.20.0.0/16';

/**
 * The same control planes; in each, the pods of vcluster's chart run as processes of this machine, from its start to its stop. What stands in
 * for scheduler, kubelet, volumes and load balancers is in `kubelet.ts`, `volumes.ts` and `load-balancers.ts`.
 */
export function withVirtualClusters(planes: ControlPlanes, options: VirtualClustersOptions): HostControlPlanes {
  const hosts = new Map<string, { host: Host; plane: ControlPlane }>();
  const places = limitedPlaces(options.most ?? Math.max(1, Math.floor(totalmem() / 2 / BYTES_EACH)));
  const folder = (clusterId: string) => join(options.folder, clusterId);
  const programs = async () => ({ kube: options.assets, vcluster: await options.binary() });

  async function attach(plane: ControlPlane, wanted: ControlPlaneOptions): Promise<void> {
    const existing = hosts.get(plane.clusterId);
    if (existing?.plane.endpoint === plane.endpoint) return;
    if (existing) await detach(plane.clusterId);
    // Somebody else asked meanwhile.
    if (hosts.has(plane.clusterId)) return;
    const { clock, log, loadBalancers } = options;
    const host = attachHost({
      plane,
      serviceCidr: wanted.serviceCidr ?? DEFAULT_SERVICE_CIDR,
      folder: folder(plane.clusterId),
      clock,
      places,
      programs,
      log,
      ...(loadBalancers && { durations: loadBalancers }),
    });
    hosts.set(plane.clusterId, { host, plane });
  }

  async function detach(clusterId: string): Promise<void> {
    const attached = hosts.get(clusterId);
    hosts.delete(clusterId);
    await attached?.host.stop();
  }

  return {
    prepare: () => planes.prepare(),
    async ensureRunning(clusterId, wanted) {
      const plane = await planes.ensureRunning(clusterId, wanted);
      await attach(plane, wanted);
      return plane;
    },
    async stop(clusterId) {
      await detach(clusterId);
      await planes.stop(clusterId);
    },
    async remove(clusterId) {
      await detach(clusterId);
      await planes.remove(clusterId);
      forgetHost(folder(clusterId));
    },
    async stopAll() {
      await Promise.all([...hosts.keys()].map(detach));
      await planes.stopAll();
    },
    stats: () => planes.stats(),
    virtualClusters: () =>
      [...hosts].flatMap(([clusterId, { host }]) =>
        host.running().map(({ id, cluster }) => ({
          clusterId,
          id,
          pids: cluster.pids,
          residentBytes: cluster.residentBytes(),
          startMilliseconds: cluster.startMilliseconds,
        })),
      ),
  };
}

function limitedPlaces(most: number): Places {
  const taken = new Set<string>();
  return {
    take(uid) {
      if (taken.size >= most && !taken.has(uid)) return false;
      taken.add(uid);
      return true;
    },
    release: (uid) => void taken.delete(uid),
  };
}
