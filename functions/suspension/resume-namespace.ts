import { suspensionClusterRole } from '../../tenancy/workspace/life-access.ts';
import { namespaceName } from '../../tenancy/workspace/names.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { expectOurs } from '../workspaces/ownership.ts';
import { mergePatch } from './merge-patch.ts';
import { giveRightsUp, takeRights, type Wait } from './own-rights.ts';
import { startPatch, stops } from './stops.ts';
import type { Suspension } from './suspend-namespace.ts';

/**
 * Ensures that everything in the tenant's namespace is as it was before the suspension, the tenant's access last. What
 * the tenant's own controllers had stopped before stays stopped. A namespace that does not exist is resumed.
 * @throws ResourceNotOwned if the namespace is somebody else's.
 */
export async function resumeNamespace(
  kubernetes: Kubernetes,
  { suspensionId, ...placed }: Suspension,
  wait?: Wait,
): Promise<void> {
  const namespace = namespaceName(placed);
  const found = await kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  if (found === undefined) return;
  expectOurs(found, placed.tenantId);
  await takeRights(kubernetes, suspensionClusterRole, namespace, wait);
  await startAll(kubernetes, { namespace, suspensionId });
  await giveRightsUp(kubernetes, suspensionClusterRole, namespace);
}

/** Starts everything in a namespace that the suspension stopped. */
export async function startAll(
  kubernetes: Kubernetes,
  { namespace, suspensionId }: { namespace: string; suspensionId: string },
): Promise<void> {
  for (const stop of [...stops].reverse()) {
    for (const object of await kubernetes.list(stop, { namespace })) {
      const patch = startPatch(stop, object, suspensionId);
      if (patch !== undefined) await mergePatch(kubernetes, object, patch);
    }
  }
}
