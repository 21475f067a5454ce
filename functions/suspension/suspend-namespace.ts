import { CatalogueError } from '../../tenancy/errors.ts';
import type { Placed } from '../../tenancy/names.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { suspensionClusterRole } from '../../tenancy/workspace/life-access.ts';
import { namespaceName } from '../../tenancy/workspace/names.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { expectOurs } from '../workspaces/ownership.ts';
import { mergePatch } from './merge-patch.ts';
import { takeRights, type Wait } from './own-rights.ts';
import { isControlled, startPatch, stopPatch, stops } from './stops.ts';

export interface Suspension extends Placed {
  /** Marks what was stopped: only what carries it is started again. */
  suspensionId: string;
}

/** What a suspension did. */
export interface Suspended {
  /** Workloads that it keeps stopped. */
  workloads: number;
  /** Pods that nothing would start again, as `namespace/name`: they run on, without access and network. */
  leftRunning: string[];
}

/**
 * Ensures that in the tenant's namespace nothing runs that would come back, nobody of the tenant may do anything, and no
 * traffic passes; sizes and rules are remembered on the objects themselves, each in the write that stops it, so a crash at
 * any point loses none. A namespace that does not exist is suspended.
 * @throws StillDeleting until the pods of what was stopped are gone.
 * @throws KubernetesConflict when something was started in between.
 * @throws ResourceNotOwned if the namespace is somebody else's.
 */
export async function suspendNamespace(
  kubernetes: Kubernetes,
  { suspensionId, ...placed }: Suspension,
  wait?: Wait,
): Promise<Suspended> {
  const namespace = namespaceName(placed);
  const found = await kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) return { workloads: 0, leftRunning: [] };
  expectOurs(found, placed.tenantId);
  await takeRights(kubernetes, suspensionClusterRole, namespace, wait);
  await stopAll(kubernetes, { namespace, suspensionId });
  const running = (await kubernetes.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace })).filter(runs);
  const ending = running.filter(isControlled);
  if (ending.length > 0) {
    const names = ending.slice(0, 5).map(({ metadata }) => metadata.name);
    throw new CatalogueError('StillDeleting', `${ending.length} pods in ${namespace} are ending: ${names.join(', ')}.`);
  }
  return {
    workloads: await countStopped(kubernetes, { namespace, suspensionId }),
    leftRunning: running.map(({ metadata }) => `${namespace}/${metadata.name}`),
  };
}

/** Stops everything in a namespace, and looks whether it stays so. */
export async function stopAll(
  kubernetes: Kubernetes,
  scope: { namespace: string; suspensionId: string },
): Promise<void> {
  await stopOnce(kubernetes, scope);
  const again = await stopOnce(kubernetes, scope);
  if (again.length === 0) return;
  throw new CatalogueError('KubernetesConflict', `Started while it was being stopped: ${again.join(', ')}.`);
}

async function stopOnce(
  kubernetes: Kubernetes,
  { namespace, suspensionId }: { namespace: string; suspensionId: string },
): Promise<string[]> {
  const stopped: string[] = [];
  for (const stop of stops) {
    for (const object of await kubernetes.list(stop, { namespace })) {
      const patch = stopPatch(stop, object, suspensionId);
      if (patch === undefined) continue;
      await mergePatch(kubernetes, object, patch);
      stopped.push(`${object.kind} ${object.metadata.name}`);
    }
  }
  return stopped;
}

async function countStopped(
  kubernetes: Kubernetes,
  { namespace, suspensionId }: { namespace: string; suspensionId: string },
): Promise<number> {
  const workloads = stops.filter(({ workload }) => workload);
  const lists = await Promise.all(
    workloads.map(async (stop) =>
      (await kubernetes.list(stop, { namespace })).filter(
        (object) => !stop.follows(object) && startPatch(stop, object, suspensionId),
      ),
    ),
  );
  return lists.flat().length;
}

/** Whether a pod still takes up room. */
export function runs({ status }: KubernetesObject): boolean {
  const { phase } = (status ?? {}) as { phase?: string };
  return phase !== 'Succeeded' && phase !== 'Failed';
}
