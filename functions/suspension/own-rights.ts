import { setTimeout as pause } from 'node:timers/promises';
import { CatalogueError } from '../../tenancy/errors.ts';
import { lifeBinding } from '../../tenancy/workspace/life-access.ts';
import type { Kubernetes, ResourceAttributes } from '../kubernetes/client.ts';
import { giveRoomBack, withRoomForBinding } from './quota-room.ts';

export type Wait = (milliseconds: number) => Promise<unknown>;

/** When to look again whether a role binding has effect: within half a second in all. */
const looks = [10, 20, 30, 60, 120, 240];

/** The right that tells whether the binding has effect. */
const probes = {
  'tenantry-suspension': { verb: 'patch', group: 'apps', resource: 'deployments' },
  'tenantry-export': { verb: 'list', resource: 'secrets' },
} as const satisfies Record<Parameters<typeof lifeBinding>[0], ResourceAttributes>;

/** Gives the platform the role in the namespace. Throws `StillCreating` if that needs longer than half a second to have effect, or room first. */
export async function takeRights(
  kubernetes: Kubernetes,
  role: keyof typeof probes,
  namespace: string,
  wait: Wait = pause,
): Promise<void> {
  await withRoomForBinding(kubernetes, namespace, () => kubernetes.apply(lifeBinding(role, namespace)));
  for (const milliseconds of looks) {
    if (await kubernetes.mayI({ ...probes[role], namespace })) return;
    await wait(milliseconds);
  }
  throw new CatalogueError('StillCreating', `The role ${role} has no effect in ${namespace} yet.`);
}

/** Gives the role up again. */
export async function giveRightsUp(
  kubernetes: Kubernetes,
  role: keyof typeof probes,
  namespace: string,
): Promise<void> {
  await kubernetes.delete({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', name: role, namespace });
  await giveRoomBack(kubernetes, namespace);
}
