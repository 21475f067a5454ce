import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeAssets } from './assets.ts';
import { claimFolder } from './claim.ts';
import { clusterPrefix, type RunningCluster, startCluster } from './cluster.ts';
import { residentBytes } from './process-identity.ts';
import { sharedEtcd } from './shared-etcd.ts';

/** How the API server of one cluster asks back. The URLs take TokenReview and SubjectAccessReview v1 by POST. */
export interface ControlPlaneOptions {
  readonly tokenWebhookUrl: string;
  readonly authorizationWebhookUrl: string;
  /** Default: 172.20.0.0/16. */
  readonly serviceCidr?: string;
  /** `iss` of service account tokens. Default: https://kubernetes.default.svc */
  readonly serviceAccountIssuer?: string;
}

/** A cluster that answers /readyz. */
export interface ControlPlane {
  readonly clusterId: string;
  /** https://127.0.0.1:PORT; the port is kept across restarts unless something else took it. */
  readonly endpoint: string;
  /** Base64 of the CA's PEM, as EKS's DescribeCluster gives it. */
  readonly certificateAuthorityData: string;
  /** Kubeconfig of a `system:masters` client certificate: for the operator and for tests. */
  readonly adminKubeconfigPath: string;
  readonly pids: readonly number[];
}

export interface ControlPlaneStats {
  readonly clusterId: string;
  /** Resident memory of its API server and controller manager, bytes. */
  readonly residentBytes: number;
  /** Real milliseconds from the request to /readyz. */
  readonly startMilliseconds: number;
}

/** Real control planes, one per cluster, for one state folder. */
export interface ControlPlanes {
  /** Starts etcd ahead of the first cluster. Optional. */
  prepare(): Promise<void>;
  /**
   * Resolves when the cluster answers /readyz; at once if it runs already with the same options. Data of an earlier run under the same
   * id is there again. Throws with the end of the log when it does not come up.
   */
  ensureRunning(clusterId: string, options: ControlPlaneOptions): Promise<ControlPlane>;
  /** Ends the processes; the data stays. Nothing to do is a success. */
  stop(clusterId: string): Promise<void>;
  /** Ends the processes and deletes the data, keys and logs. */
  remove(clusterId: string): Promise<void>;
  /** Ends every cluster and then etcd. */
  stopAll(): Promise<void>;
  stats(): { clusters: ControlPlaneStats[]; etcdResidentBytes: number };
}

export interface ControlPlanesOptions {
  /** Holds data, keys, logs and process records; belongs to one process at a time. */
  readonly folder: string;
  readonly assets: KubeAssets;
  readonly log?: (message: string) => void;
}

const MOST_REVIVALS = 5;

/** Starts nothing yet. Throws if another living process uses the folder. */
export function createControlPlanes(options: ControlPlanesOptions): ControlPlanes {
  const { folder, assets, log = () => undefined } = options;
  const processes = join(folder, 'processes');
  const release = claimFolder(folder);
  const clusters = new Map<string, RunningCluster>();
  const queues = new Map<string, Promise<unknown>>();
  const etcd = sharedEtcd(folder, processes, assets);
  const revivals = new Map<string, number>();

  /** Start, stop and removal of one cluster happen one after the other. */
  function inTurn<T>(clusterId: string, work: () => Promise<T>): Promise<T> {
    const turn = (queues.get(clusterId) ?? Promise.resolve()).then(work, work);
    queues.set(clusterId, turn);
    return turn;
  }

  async function start(clusterId: string, wanted: ControlPlaneOptions): Promise<ControlPlane> {
    const running = clusters.get(clusterId);
    if (running?.serves(wanted)) return running.plane;
    if (running) await stop(clusterId);
    const cluster = await startCluster({
      clusterId,
      wanted,
      assets,
      processes,
      folder: join(folder, 'clusters', clusterId),
      etcd: await etcd.running(),
    });
    clusters.set(clusterId, cluster);
    void cluster.ended.then((reason) => reviveLater(cluster, reason, wanted));
    log(`cluster ${clusterId} answers at ${cluster.plane.endpoint} after ${cluster.startMilliseconds} ms`);
    return cluster.plane;
  }

  async function stop(clusterId: string): Promise<void> {
    const cluster = clusters.get(clusterId);
    // Forgotten first: its end is no surprise.
    clusters.delete(clusterId);
    await cluster?.stop();
  }

  /** Nobody asked for this end: the cluster starts again, a few times in the life of this process. */
  async function reviveLater(cluster: RunningCluster, reason: string, wanted: ControlPlaneOptions): Promise<void> {
    const { clusterId } = cluster.plane;
    if (clusters.get(clusterId) !== cluster) return;
    const count = (revivals.get(clusterId) ?? 0) + 1;
    revivals.set(clusterId, count);
    const again = count <= MOST_REVIVALS;
    log(`cluster ${clusterId} ended with ${reason}; ${again ? 'starting it again' : 'giving it up'}`);
    if (!again) return;
    try {
      await inTurn(clusterId, async () => clusters.get(clusterId) === cluster && (await start(clusterId, wanted)));
    } catch (error) {
      log(`cluster ${clusterId} did not start again: ${(error as Error).message}`);
    }
  }

  return {
    prepare: async () => void (await etcd.running()),
    ensureRunning: (clusterId, wanted) => inTurn(clusterId, () => start(clusterId, wanted)),
    stop: (clusterId) => inTurn(clusterId, () => stop(clusterId)),
    remove: (clusterId) =>
      inTurn(clusterId, async () => {
        await stop(clusterId);
        await (await etcd.running()).deletePrefix(clusterPrefix(clusterId));
        rmSync(join(folder, 'clusters', clusterId), { recursive: true, force: true });
      }),
    async stopAll() {
      await Promise.all([...queues.keys()].map((clusterId) => inTurn(clusterId, () => stop(clusterId))));
      // An API server that outlives its etcd takes a minute to end: etcd goes last.
      await etcd.stop();
      release();
    },
    stats: () => ({
      clusters: [...clusters.values()].map((cluster) => ({
        clusterId: cluster.plane.clusterId,
        residentBytes: cluster.plane.pids.reduce((sum, pid) => sum + resident(pid), 0),
        startMilliseconds: cluster.startMilliseconds,
      })),
      etcdResidentBytes: resident(etcd.pid()),
    }),
  };
}

/** 0 for a process that does not run. */
function resident(pid: number | undefined): number {
  return (pid === undefined ? undefined : residentBytes(pid)) ?? 0;
}
