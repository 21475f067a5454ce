import { CatalogueError } from '../../tenancy/errors.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { objectQuotaName } from '../../tenancy/workspace/quota.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { isError } from '../kubernetes/errors.ts';
import { mergePatch } from './merge-patch.ts';

const bindings = 'count/rolebindings.rbac.authorization.k8s.io';

/** On the quota: what it was before room was made. */
const annotation = 'tenantry.dev/role-bindings-before';

/**
 * A quota counts what the platform makes too. Whatever refuses a role binding for the quota, which a tenant can use up, has
 * room made for it: nobody is to escape a suspension that way.
 * @throws StillCreating after room was made, until the quota's controller has taken it up.
 */
export async function withRoomForBinding(
  kubernetes: Kubernetes,
  namespace: string,
  bind: () => Promise<unknown>,
): Promise<void> {
  try {
    await bind();
  } catch (error) {
    const full =
      isError(error, 'KubernetesQuotaExceeded') && error.message.includes(`exceeded quota: ${objectQuotaName}`);
    if (!full) throw error;
    await makeRoom(kubernetes, namespace);
    throw new CatalogueError('StillCreating', `The role bindings of ${namespace} are used up; room is being made.`);
  }
}

async function makeRoom(kubernetes: Kubernetes, namespace: string): Promise<void> {
  const quota = await objectQuota(kubernetes, namespace);
  if (quota === undefined) return;
  const hard = hardOf(quota);
  const { used = {} } = (quota.status ?? {}) as { used?: Record<string, string> };
  if (Number(used[bindings] ?? hard) < Number(hard)) return;
  await mergePatch(kubernetes, quota, {
    metadata: { annotations: { [annotation]: quota.metadata.annotations?.[annotation] ?? hard } },
    spec: { hard: { [bindings]: String(Number(hard) + 1) } },
  });
}

/** Ensures that the quota is what it was before room was made. */
export async function giveRoomBack(kubernetes: Kubernetes, namespace: string): Promise<void> {
  const quota = await objectQuota(kubernetes, namespace);
  const before = quota?.metadata.annotations?.[annotation];
  if (quota === undefined || before === undefined) return;
  await mergePatch(kubernetes, quota, {
    metadata: { annotations: { [annotation]: null } },
    spec: { hard: { [bindings]: before } },
  });
}

function objectQuota(kubernetes: Kubernetes, namespace: string): Promise<KubernetesObject | undefined> {
  return kubernetes.get({ apiVersion: 'v1', kind: 'ResourceQuota', name: objectQuotaName, namespace });
}

function hardOf(quota: KubernetesObject): string {
  return (quota.spec as { hard: Record<string, string> }).hard[bindings] ?? '0';
}
