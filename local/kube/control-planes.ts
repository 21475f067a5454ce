import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeAssets } from './assets.ts';
import { claimFolder } from './claim.ts';
import { clusterPrefix, type RunningCluster, startCluster } from './cluster.ts';
import { type Etcd, startEtcd } from './etcd.ts';
import { endLeftovers } from './leftovers.ts';
import { residentBytes } from './process-identity.ts';

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

/** Starts nothing yet. Throws if another living process uses the folder. */
export function createControlPlanes(options: ControlPlanesOptions): ControlPlanes {
  const { folder, assets, log = () => undefined } = options;
  const processes = join(folder, 'processes');
  const release = claimFolder(folder);
  const clusters = new Map<string, RunningCluster>();
  const queues = new Map<string, Promise<unknown>>();
  let etcd: Promise<Etcd> | undefined;
  let etcdPid: number | undefined;

  /** Start, stop and removal of one cluster happen one after the other. */
  function inTurn<T>(clusterId: string, work: () => Promise<T>): Promise<T> {
    const turn = (queues.get(clusterId) ?? Promise.resolve()).then(work, work);
    queues.set(clusterId, turn);
    return turn;
  }

  async function runningEtcd(): Promise<Etcd> {
    if (etcd && (await etcd).child.hasEnded()) etcd = undefined;
    etcd ??= endLeftovers(processes).then(() => startEtcd(join(folder, 'etcd'), processes, assets));
    try {
      const started = await etcd;
      etcdPid = started.child.pid;
      return started;
    } catch (error) {
      etcd = undefined;
      throw error;
    }
  }

  async function start(clusterId: string, wanted: ControlPlaneOptions): Promise<ControlPlane> {
    const running = clusters.get(clusterId);
    if (running?.serves(wanted)) return running.plane;
    if (running) await running.stop();
    const cluster = await startCluster({
      clusterId,
      wanted,
      assets,
      processes,
      folder: join(folder, 'clusters', clusterId),
      etcd: await runningEtcd(),
    });
    clusters.set(clusterId, cluster);
    log(`cluster ${clusterId} answers at ${cluster.plane.endpoint} after ${cluster.startMilliseconds} ms`);
    return cluster.plane;
  }

  async function stop(clusterId: string): Promise<void> {
    await clusters.get(clusterId)?.stop();
    clusters.delete(clusterId);
  }

  return {
    prepare: async () => void (await runningEtcd()),
    ensureRunning: (clusterId, wanted) => inTurn(clusterId, () => start(clusterId, wanted)),
    stop: (clusterId) => inTurn(clusterId, () => stop(clusterId)),
    remove: (clusterId) =>
      inTurn(clusterId, async () => {
        await stop(clusterId);
        await (await runningEtcd()).deletePrefix(clusterPrefix(clusterId));
        rmSync(join(folder, 'clusters', clusterId), { recursive: true, force: true });
      }),
    async stopAll() {
      await Promise.all([...queues.keys()].map((clusterId) => inTurn(clusterId, () => stop(clusterId))));
      // An API server that outlives its etcd takes a minute to end: etcd goes last.
      await (await etcd)?.child.stop(5_000);
      etcd = undefined;
      release();
    },
    stats: () => ({
      clusters: [...clusters.values()].map((cluster) => ({
        clusterId: cluster.plane.clusterId,
        residentBytes: cluster.plane.pids.reduce((sum, pid) => sum + (residentBytes(pid) ?? 0), 0),
        startMilliseconds: cluster.startMilliseconds,
      })),
      etcdResidentBytes: etcdPid === undefined ? 0 : (residentBytes(etcdPid) ?? 0),
    }),
  };
}
