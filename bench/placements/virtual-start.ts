import { setTimeout as pause } from 'node:timers/promises';
import type { Kubernetes } from '../../functions/kubernetes/client.ts';
import { findVirtualCluster, type VclusterPlace } from '../../functions/vclusters/virtual-cluster.ts';
import type { Clock } from '../../local/kernel/clock.ts';

/** How a virtual cluster came up, whoever installed it. */
export interface VirtualStart {
  /** Real milliseconds from its stateful set to a ready pod: what vcluster itself takes. */
  readonly own: number;
  /** Simulated milliseconds from its stateful set until its API answers through the load balancer, whose making is AWS's. */
  readonly answers: number;
}

/** Watches from before it is installed. Everything is looked for ten times a second. Throws after ten minutes. */
export async function watchVirtualStart(host: Kubernetes, place: VclusterPlace, clock: Clock): Promise<VirtualStart> {
  const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: place.name, namespace: place.namespace };
  await until(async () => (await host.get(set)) !== undefined);
  const begun = { real: performance.now(), simulated: clock.now() };
  await until(async () => {
    const status = (await host.get(set))?.status as { readyReplicas?: number } | undefined;
    return (status?.readyReplicas ?? 0) > 0;
  });
  const own = performance.now() - begun.real;
  await until(async () => (await findVirtualCluster(host, place)).ready);
  return { own, answers: clock.now() - begun.simulated };
}

async function until(look: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 600_000;
  while (!(await look())) {
    if (performance.now() > end) throw new Error('The virtual cluster did not come up within ten minutes.');
    await pause(100);
  }
}
