import { rmSync } from 'node:fs';
import type { Clock } from '../kernel/clock.ts';
import { tokenKubeconfig } from '../kube/kubeconfig.ts';
import { type Container, MountError, runContainer } from './container.ts';
import { forEach } from './for-each.ts';
import { type HostApi, HostApiError } from './host-api.ts';
import { core } from './paths.ts';
import { type Pod, podStatus, unschedulable, type VirtualPod, virtualPod } from './pod.ts';
import { type RunningVirtualCluster, startVirtualCluster, type VirtualClusterPrograms } from './virtual-cluster.ts';
import { type Claim, provision, volumeFolder } from './volumes.ts';

export interface KubeletOptions {
  readonly api: HostApi;
  /** Of the host's API server, for vcluster. */
  readonly endpoint: string;
  readonly certificateAuthorityData: string;
  readonly serviceCidr: string;
  /** Holds a folder per volume. */
  readonly folder: string;
  /** Waits until they are built. */
  programs(): Promise<VirtualClusterPrograms>;
  readonly clock: Clock;
  /** Takes a place for the uid if there is room on this machine, across all host clusters. */
  readonly places: Places;
  log(message: string): void;
  /** Has the pods reconciled again soon. */
  again(): void;
}

/** How many virtual clusters may run at once on this machine. */
export interface Places {
  take(uid: string): boolean;
  release(uid: string): void;
}

/** What scheduler and kubelet are for the pods of vcluster's chart; all other pods are nobody's. */
export interface Kubelet {
  /** Brings what runs in line with the pods of the host cluster. */
  reconcile(pods: readonly Pod[], claims: readonly Claim[]): Promise<void>;
  /** Port of the ready virtual cluster whose pod has these labels. */
  portOf(namespace: string, selector: Readonly<Record<string, string>>): number | undefined;
  running(): { id: string; cluster: RunningVirtualCluster }[];
  stop(): Promise<void>;
}

/** There is no Node object of this name: nothing else may be scheduled here. */
export const NODE_NAME = 'local-cloud';
/** A kubelet renews the token while the pod lives; this one outlives any run. It is bound to the pod and ends with it. */
const TOKEN_SECONDS = 365 * 24 * 3600;

export function createKubelet(options: KubeletOptions): Kubelet {
  const { api, folder, places, log } = options;
  const containers = new Map<string, Container>();
  const ending = new Map<string, Promise<void>>();

  async function schedule(virtual: VirtualPod, claims: readonly Claim[]): Promise<boolean> {
    const claim = claims.find(({ metadata }) => isNamed(metadata, virtual.namespace, virtual.claim));
    const problem = await unfit(virtual, claim);
    if (!problem) {
      await api.create(core(virtual.namespace, 'pods', virtual.podName, 'binding'), {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: virtual.podName },
        target: { apiVersion: 'v1', kind: 'Node', name: NODE_NAME },
      });
      return true;
    }
    const said = virtual.pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (said?.message !== problem) await patchStatus(virtual, unschedulable(problem));
    return false;
  }

  async function unfit(virtual: VirtualPod, claim: Claim | undefined): Promise<string | undefined> {
    if (virtual.claim && !claim) return `persistentvolumeclaim "${virtual.claim}" not found`;
    const unbound = claim && (await provision(api, claim));
    if (unbound) return `0/1 nodes are available: ${unbound}.`;
    return places.take(virtual.uid) ? undefined : '0/1 nodes are available: 1 Insufficient memory.';
  }

  async function start(virtual: VirtualPod, volumeUid: string, signal: AbortSignal): Promise<RunningVirtualCluster> {
    const { namespace, configSecret } = virtual;
    const secret = await api.get<{ data?: Record<string, string> }>(core(namespace, 'secrets', configSecret));
    const configuration = secret?.data?.['config.yaml'];
    if (configuration === undefined)
      throw new MountError(
        `MountVolume.SetUp failed for volume "vcluster-config" : secret "${configSecret}" not found`,
      );
    const token = await mintToken(virtual);
    const programs = await unlessAborted(options.programs(), signal);
    const cluster = await startVirtualCluster(
      {
        name: virtual.name,
        namespace,
        podName: virtual.podName,
        folder: volumeFolder(folder, volumeUid),
        configuration: Buffer.from(configuration, 'base64').toString('utf8'),
        hostKubeconfig: tokenKubeconfig(options.endpoint, options.certificateAuthorityData, token),
        serviceCidr: options.serviceCidr,
      },
      programs,
    );
    const { controlPlane, vcluster } = cluster.startMilliseconds;
    log(`virtual cluster ${virtual.id} is ready: control plane ${controlPlane} ms, vcluster ${vcluster} ms`);
    return cluster;
  }

  async function mintToken({ namespace, serviceAccount, podName, uid }: VirtualPod): Promise<string> {
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: podName, uid };
    const path = core(namespace, 'serviceaccounts', serviceAccount, 'token');
    const { status } = await api.create<{ status: { token: string } }>(path, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: TOKEN_SECONDS, boundObjectRef },
    });
    return status.token;
  }

  async function patchStatus({ namespace, podName }: VirtualPod, status: object): Promise<void> {
    await api.patch(core(namespace, 'pods', podName, 'status'), { status });
  }

  function run(virtual: VirtualPod, claims: readonly Claim[]): void {
    if (containers.has(virtual.uid) || ending.has(virtual.uid)) return;
    // A pod of an earlier run has its place already.
    places.take(virtual.uid);
    const claim = claims.find(({ metadata }) => isNamed(metadata, virtual.namespace, virtual.claim));
    const container = runContainer({
      virtual,
      clock: options.clock,
      start: (pod, signal) => start(pod, claim?.metadata.uid ?? virtual.uid, signal),
      report: (state, restarts, last) => patchStatus(virtual, podStatus(virtual, state, restarts, last)),
      log,
    });
    containers.set(virtual.uid, container);
  }

  /** Ends the container, and then the pod if it still waits for that. */
  function end(virtual: VirtualPod): void {
    if (ending.has(virtual.uid)) return;
    const work = finish(virtual)
      .catch((error: Error) => {
        log(`pod ${virtual.id} could not be ended, will be tried again: ${error.message}`);
        options.again();
      })
      .finally(() => ending.delete(virtual.uid));
    ending.set(virtual.uid, work);
  }

  async function finish(virtual: VirtualPod): Promise<void> {
    await containers.get(virtual.uid)?.stop();
    containers.delete(virtual.uid);
    places.release(virtual.uid);
    if (!virtual.claim) rmSync(volumeFolder(folder, virtual.uid), { recursive: true, force: true });
    const deletion = { gracePeriodSeconds: 0, preconditions: { uid: virtual.uid } };
    try {
      await api.remove(core(virtual.namespace, 'pods', virtual.podName), deletion);
    } catch (error) {
      // Another pod has its name by now.
      if (!(error instanceof HostApiError && error.status === 409)) throw error;
    }
  }

  return {
    async reconcile(pods, claims) {
      const wanted = pods.map(virtualPod).filter((virtual) => virtual !== undefined);
      // First of all: what was removed without waiting for us still runs.
      const uids = new Set(wanted.map(({ uid }) => uid));
      for (const [uid, { virtual }] of containers) if (!uids.has(uid)) end(virtual);
      await forEach(wanted, async (virtual) => {
        const { nodeName } = virtual.pod.spec;
        if (virtual.pod.metadata.deletionTimestamp) end(virtual);
        else if (nodeName === NODE_NAME || (!nodeName && (await schedule(virtual, claims)))) run(virtual, claims);
      });
    },
    portOf(namespace, selector) {
      const container = [...containers.values()].find(
        ({ virtual, running }) => running() && virtual.namespace === namespace && matches(virtual.pod, selector),
      );
      return container?.running()?.port;
    },
    running: () =>
      [...containers.values()].flatMap(({ virtual, running }) => {
        const cluster = running();
        return cluster ? [{ id: virtual.id, cluster }] : [];
      }),
    async stop() {
      await Promise.all([...containers.values()].map((container) => container.stop()));
      await Promise.all(ending.values());
      for (const uid of containers.keys()) places.release(uid);
      containers.clear();
    },
  };
}

/** A build of minutes goes on, but nobody waits for it to stop. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new MountError('stopped before its program was built')));
  });
  return Promise.race([work, aborted]);
}

function isNamed(metadata: Pod['metadata'], namespace: string, name: string | undefined): boolean {
  return metadata.namespace === namespace && metadata.name === name;
}

function matches({ metadata }: Pod, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value);
}
