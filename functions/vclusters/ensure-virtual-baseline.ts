import { setTimeout as pause } from 'node:timers/promises';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { VclusterFacts } from '../../tenancy/vcluster/facts.ts';
import { virtualBaseline } from '../../tenancy/vcluster/virtual-baseline.ts';
import { virtualProbePolicy } from '../../tenancy/vcluster/virtual-policies.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { isError } from '../kubernetes/errors.ts';
import { covers } from '../workspaces/covers.ts';
import type { Wait } from './ensure-host-objects.ts';

/** A virtual API server takes new policies up about once a second. */
const looks = [100, 200, 400, 800];

/**
 * Ensures what the platform has inside a virtual cluster: its namespace, the policies, enforced, and the tenant's access.
 * @throws StillCreating while the policies are not enforced, after a second and a half.
 */
export async function ensureVirtualBaseline(
  administrator: Kubernetes,
  facts: VclusterFacts,
  wait: Wait = pause,
): Promise<number> {
  const { fences, probe, access } = virtualBaseline(facts);
  const [namespace, ...policies] = fences;
  if (namespace !== undefined) await ensure(administrator, namespace);
  for (const objects of [policies, probe.objects]) {
    await Promise.all(objects.map((object) => ensure(administrator, object)));
  }
  await expectEnforced(administrator, probe.says, wait);
  await Promise.all(access.map((object) => ensure(administrator, object)));
  return fences.length + probe.objects.length + access.length;
}

/** Reads first: most runs find everything as it should be, and then nothing is written. */
async function ensure(administrator: Kubernetes, object: KubernetesObject): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  const live = await administrator.get({ apiVersion, kind, name, namespace });
  if (!covers(live, object)) await administrator.apply(object);
}

async function expectEnforced(administrator: Kubernetes, says: string, wait: Wait): Promise<void> {
  for (const milliseconds of looks) {
    if (await isEnforced(administrator, says)) return;
    await wait(milliseconds);
  }
  if (await isEnforced(administrator, says)) return;
  throw new CatalogueError('StillCreating', 'The virtual API server does not enforce its policies yet.');
}

/** Asks for what the probe forbids, in a dry run. */
async function isEnforced(administrator: Kubernetes, says: string): Promise<boolean> {
  const type = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass' };
  try {
    await administrator.tryCreate({ ...type, metadata: { name: virtualProbePolicy }, value: 0 });
    return false;
  } catch (error) {
    if (isError(error, 'KubernetesForbidden')) return error.message.includes(says);
    throw error;
  }
}
