import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeAssets } from '../kube/assets.ts';
import { type Child, startChild } from '../kube/child.ts';
import { type Etcd, startEtcd } from '../kube/etcd.ts';
import { waitUntilReady } from '../kube/https-probe.ts';
import { endLeftovers } from '../kube/leftovers.ts';
import { freePort } from '../kube/ports.ts';
import { residentBytes } from '../kube/process-identity.ts';
import { writeSecret } from '../kube/secret-file.ts';
import { type VirtualFiles, virtualFiles } from './virtual-files.ts';
import { apiserverFlags, controllerManagerFlags, syncerArguments, withExtraArguments } from './virtual-flags.ts';

/** One container `syncer` that is to run. */
export interface VirtualClusterRequest {
  /** Of the virtual cluster: VCLUSTER_NAME. */
  readonly name: string;
  readonly namespace: string;
  readonly podName: string;
  /** Where its volume is: data, keys, logs and process records. */
  readonly folder: string;
  /** The text of `config.yaml` in its Secret. */
  readonly configuration: string;
  /** A kubeconfig of the host cluster, with the token of the pod's service account. */
  readonly hostKubeconfig: string;
  /** Of the host cluster: the virtual cluster's Services get their addresses from there. */
  readonly serviceCidr: string;
}

export interface VirtualClusterPrograms {
  readonly kube: KubeAssets;
  /** Path of the binary of `kube/vcluster`. */
  readonly vcluster: string;
}

/** A virtual cluster whose /readyz answers through vcluster's proxy. */
export interface RunningVirtualCluster {
  /** Of the proxy, on 127.0.0.1. */
  readonly port: number;
  /** Real milliseconds from the request to /readyz: of the control plane, and then of vcluster itself. */
  readonly startMilliseconds: { controlPlane: number; vcluster: number };
  readonly pids: readonly number[];
  /** Resolves with a description when any of its processes has ended, and with the end of that one's log. */
  readonly ended: Promise<string>;
  /** Resident memory of its processes, bytes. */
  residentBytes(): number;
  /** Ends vcluster, the control plane and etcd, one after the other; the data stays. */
  stop(): Promise<void>;
}

const START_PATIENCE = 120_000;
/** As the chart's `terminationGracePeriodSeconds`. */
const STOP_PATIENCE = 10_000;

/**
 * Starts an etcd, a control plane and vcluster, and waits for each. Throws with the end of the log of the one that did not come up;
 * then none of them runs any more.
 */
export async function startVirtualCluster(
  request: VirtualClusterRequest,
  programs: VirtualClusterPrograms,
): Promise<RunningVirtualCluster> {
  const { folder } = request;
  const processes = join(folder, 'processes');
  mkdirSync(processes, { recursive: true, mode: 0o700 });
  await endLeftovers(processes);
  const began = performance.now();
  const started: Child[] = [];
  const stop = async () => {
    // An API server that outlives its etcd takes a minute to end.
    for (const child of [...started].reverse()) await child.stop(STOP_PATIENCE);
  };
  try {
    const etcd = await startEtcd(join(folder, 'etcd'), processes, programs.kube);
    started.push(etcd.child);
    const files = await startControlPlane(request, programs.kube, etcd, started);
    const between = performance.now();
    const port = await rememberedPort(join(folder, 'port'));
    const syncer = startSyncer(request, programs.vcluster, files, etcd, port);
    started.push(syncer);
    await waitUntilReady(syncer, `https://127.0.0.1:${port}/readyz`, { ca: files.authority }, START_PATIENCE);
    return {
      port,
      startMilliseconds: {
        controlPlane: Math.round(between - began),
        vcluster: Math.round(performance.now() - between),
      },
      pids: started.map(({ pid }) => pid),
      ended: Promise.race(
        started.map(async (child) => `${child.name} ended with ${await child.ended}: ${child.logTail()}`),
      ),
      residentBytes: () => started.reduce((sum, { pid }) => sum + (residentBytes(pid) ?? 0), 0),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startControlPlane(
  { name, folder, serviceCidr, configuration }: VirtualClusterRequest,
  kube: KubeAssets,
  etcd: Etcd,
  started: Child[],
): Promise<VirtualFiles> {
  const port = await freePort();
  const files = virtualFiles(join(folder, 'pki'), port);
  const forApiserver = withExtraArguments(apiserverFlags(files, etcd, port, serviceCidr), configuration, 'apiServer');
  const forControllerManager = withExtraArguments(controllerManagerFlags(files), configuration, 'controllerManager');
  const start = (program: string, command: readonly string[], flags: readonly string[]) =>
    startChild({
      name: `${program} of virtual cluster ${name}`,
      command,
      arguments: flags,
      environment: { GOGC: '50' },
      logFile: join(folder, `${program}.log`),
      recordFile: join(folder, 'processes', `${program}.json`),
      exitsWithStdin: kube.exitsWithStdin,
    });
  const { controlPlane } = kube;
  const apiserver =
    controlPlane.kind === 'combined'
      ? start('control-plane', controlPlane.command, [...forApiserver, '--', ...forControllerManager])
      : start('kube-apiserver', controlPlane.apiserver, forApiserver);
  started.push(apiserver);
  await waitUntilReady(apiserver, `${files.apiserver}/readyz`, { ca: files.authority }, START_PATIENCE);
  if (controlPlane.kind === 'separate')
    started.push(start('kube-controller-manager', controlPlane.controllerManager, forControllerManager));
  return files;
}

function startSyncer(
  { name, namespace, podName, folder, configuration, hostKubeconfig }: VirtualClusterRequest,
  vcluster: string,
  files: VirtualFiles,
  etcd: Etcd,
  port: number,
): Child {
  const configFile = writeSecret(join(folder, 'config.yaml'), configuration);
  return startChild({
    name: `vcluster ${name}`,
    command: [vcluster],
    arguments: syncerArguments(files, etcd, port, configFile),
    environment: {
      VCLUSTER_NAME: name,
      POD_NAME: podName,
      NAMESPACE: namespace,
      KUBECONFIG: writeSecret(join(folder, 'host.kubeconfig'), hostKubeconfig),
      // It keeps a configuration file at home.
      HOME: folder,
      GOGC: '50',
    },
    logFile: join(folder, 'vcluster.log'),
    recordFile: join(folder, 'processes', 'vcluster.json'),
    exitsWithStdin: true,
  });
}

/** The same port after a restart, unless something else took it. */
async function rememberedPort(file: string): Promise<number> {
  const port = await freePort(existsSync(file) ? Number(readFileSync(file, 'utf8')) : undefined);
  writeSecret(file, String(port));
  return port;
}
