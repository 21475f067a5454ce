import { join } from 'node:path';
import type { KubeAssets } from './assets.ts';
import { type Child, startChild } from './child.ts';
import { type ClusterFiles, clusterFiles } from './cluster-files.ts';
import type { ControlPlane, ControlPlaneOptions } from './control-planes.ts';
import type { Etcd } from './etcd.ts';
import { apiserverFlags, controllerManagerFlags } from './flags.ts';
import { waitUntilReady } from './https-probe.ts';
import { freePort } from './ports.ts';

export interface ClusterRequest {
  clusterId: string;
  wanted: ControlPlaneOptions;
  assets: KubeAssets;
  folder: string;
  processes: string;
  etcd: Etcd;
}

export interface RunningCluster {
  readonly plane: ControlPlane;
  readonly startMilliseconds: number;
  /** Whether it still runs, against a living etcd, with these options. */
  serves(wanted: ControlPlaneOptions): boolean;
  /** Resolves with a description when any of its processes, or the etcd behind it, has ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Two busy cores that start several clusters at once need far more than the three seconds of an idle machine. */
const START_PATIENCE = 120_000;
const STOP_PATIENCE = 10_000;

/** Where the cluster's objects are in etcd. The closing slash keeps "a" from being a prefix of "ab". */
export function clusterPrefix(clusterId: string): string {
  return `/${clusterId}/`;
}

/** Starts the processes of one cluster and waits until it answers /readyz. */
export async function startCluster(request: ClusterRequest): Promise<RunningCluster> {
  const { clusterId, wanted, etcd } = request;
  const began = performance.now();
  const files = await clusterFiles(request.folder, wanted, freePort);
  const children = startProcesses(request, files);
  const [apiserver, controllerManager] = children;
  const stop = async () => {
    await controllerManager?.stop(STOP_PATIENCE);
    await apiserver.stop(STOP_PATIENCE);
  };
  try {
    await waitUntilReady(apiserver, `${files.endpoint}/readyz`, { ca: files.authority }, START_PATIENCE);
  } catch (error) {
    await stop();
    throw error;
  }
  const optionsText = JSON.stringify(wanted);
  return {
    plane: {
      clusterId,
      endpoint: files.endpoint,
      certificateAuthorityData: Buffer.from(files.authority).toString('base64'),
      adminKubeconfigPath: files.adminKubeconfig,
      pids: children.map((child) => child.pid),
    },
    startMilliseconds: Math.round(performance.now() - began),
    serves: (options) =>
      JSON.stringify(options) === optionsText && !etcd.child.hasEnded() && children.every((child) => !child.hasEnded()),
    ended: Promise.race(
      [...children, etcd.child].map(async (child) => {
        const reason = await child.ended;
        return `${reason} of ${child.name}`;
      }),
    ),
    stop,
  };
}

function startProcesses(request: ClusterRequest, files: ClusterFiles): [Child, ...Child[]] {
  const { assets, clusterId, folder, processes, wanted, etcd } = request;
  const forApiserver = apiserverFlags(files, etcd, clusterPrefix(clusterId), wanted);
  const forControllerManager = controllerManagerFlags(files);
  const start = (name: string, command: readonly string[], flags: readonly string[]) =>
    startChild({
      name: `${name} of cluster ${clusterId}`,
      command,
      arguments: flags,
      // A collection at half the usual growth costs little at these loads and saves a fifth of the memory.
      environment: { GOGC: '50' },
      logFile: join(folder, `${name}.log`),
      recordFile: join(processes, `${clusterId}.${name}.json`),
      exitsWithStdin: assets.exitsWithStdin,
    });
  const { controlPlane } = assets;
  if (controlPlane.kind === 'combined')
    return [start('control-plane', controlPlane.command, [...forApiserver, '--', ...forControllerManager])];
  return [
    start('kube-apiserver', controlPlane.apiserver, forApiserver),
    start('kube-controller-manager', controlPlane.controllerManager, forControllerManager),
  ];
}
