import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../kernel/clock.ts';
import type { ControlPlane } from '../kube/control-planes.ts';
import { forEach } from './for-each.ts';
import { hostApi } from './host-api.ts';
import { createKubelet, type Places } from './kubelet.ts';
import { createLoadBalancers, type LoadBalancerDurations, type Service } from './load-balancers.ts';
import { LISTS } from './paths.ts';
import type { Pod } from './pod.ts';
import type { RunningVirtualCluster, VirtualClusterPrograms } from './virtual-cluster.ts';
import { type Claim, reclaim } from './volumes.ts';

export interface HostOptions {
  readonly plane: ControlPlane;
  readonly serviceCidr: string;
  /** Data of its virtual clusters and load balancers. */
  readonly folder: string;
  readonly clock: Clock;
  readonly places: Places;
  readonly durations?: Partial<LoadBalancerDurations>;
  programs(): Promise<VirtualClusterPrograms>;
  log(message: string): void;
}

/** What the local cloud does for the virtual clusters of one host cluster. */
export interface Host {
  running(): { id: string; cluster: RunningVirtualCluster }[];
  /** Ends the virtual clusters' processes and the load balancers; all data stays. */
  stop(): Promise<void>;
}

/** The host's API server follows real time, and so does whoever waits for it. */
const LOOK_AGAIN = 500;

/** Watches pods, claims and Services of vcluster's chart in the host cluster and acts on what it sees, from now on. */
export function attachHost(options: HostOptions): Host {
  const { plane, clock, log, folder } = options;
  const api = hostApi(plane.adminKubeconfigPath);
  const stopping = new AbortController();
  const { signal } = stopping;
  const again = () => void delay(LOOK_AGAIN, undefined, { signal, ref: false }).then(changed, () => undefined);
  const volumes = join(folder, 'volumes');
  const kubelet = createKubelet({
    api,
    endpoint: plane.endpoint,
    certificateAuthorityData: plane.certificateAuthorityData,
    serviceCidr: options.serviceCidr,
    folder: volumes,
    programs: options.programs,
    clock,
    places: options.places,
    log,
    again,
  });
  const loadBalancers = createLoadBalancers({
    api,
    folder: join(folder, 'load-balancers'),
    clock,
    ...(options.durations && { durations: options.durations }),
    portOf: kubelet.portOf,
    again: changed,
  });
  let dirty = false;
  let working: Promise<void> | undefined;

  /** However often it is called meanwhile, one more look follows. */
  function changed(): void {
    dirty = true;
    working ??= work().finally(() => {
      working = undefined;
    });
  }

  async function work(): Promise<void> {
    while (dirty && !signal.aborted) {
      dirty = false;
      try {
        await reconcile();
      } catch (error) {
        if (signal.aborted) return;
        log(`virtual clusters of ${plane.clusterId} will be looked at again: ${(error as Error).message}`);
        again();
      }
    }
  }

  async function reconcile(): Promise<void> {
    const [pods, claims, services] = await Promise.all([
      api.list<Pod>(LISTS.pods),
      api.list<Claim>(LISTS.claims),
      api.list<Service>(LISTS.services),
    ]);
    const looks = [
      () => kubelet.reconcile(pods.items, claims.items),
      () => loadBalancers.reconcile(services.items),
      () => reclaim(api, volumes, claims.items),
    ];
    await forEach(looks, (look) => look());
  }

  /** Watches again and again: an API server ends every watch after a while, and may itself start anew. */
  async function follow(path: string): Promise<void> {
    let said = '';
    while (!signal.aborted) {
      try {
        const { resourceVersion } = await api.list(path);
        changed();
        await api.watch(path, resourceVersion, changed, signal);
      } catch (error) {
        if (signal.aborted) return;
        const { message } = error as Error;
        if (message !== said) log(`the watch of ${path} in ${plane.clusterId} starts anew: ${message}`);
        said = message;
        await delay(LOOK_AGAIN, undefined, { ref: false });
      }
    }
  }

  const watches = [LISTS.pods, LISTS.claims, LISTS.services].map((path) => follow(path));
  return {
    running: kubelet.running,
    async stop() {
      stopping.abort();
      await Promise.all([...watches, working]);
      await loadBalancers.stop();
      await kubelet.stop();
      api.close();
    },
  };
}

/** Deletes what is left of a host cluster that was deleted. */
export function forgetHost(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
