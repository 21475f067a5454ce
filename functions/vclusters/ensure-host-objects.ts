import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CatalogueError } from '../../tenancy/errors.ts';
import { controlPlaneObjects } from '../../tenancy/vcluster/control-plane.ts';
import { type VclusterFacts, vclusterPlace } from '../../tenancy/vcluster/facts.ts';
import { hostNamespaceObjects } from '../../tenancy/vcluster/host-objects.ts';
import { workspaceLabel } from '../../tenancy/vcluster/names.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { tenantLabel } from '../../tenancy/workspace/names.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { isError } from '../kubernetes/errors.ts';
import { covers } from '../workspaces/covers.ts';
import { expectOurs } from '../workspaces/ownership.ts';
import { startCounting } from '../workspaces/start-counting.ts';

export type Wait = (milliseconds: number) => Promise<unknown>;

/** On the StatefulSet: the hash of everything that was written with it. */
const manifestsAnnotation = 'tenantry.dev/manifests';

/** When to look again whether quotas count and a role binding has effect: within half a second in all. */
const looks = [10, 20, 30, 60, 120, 240];

/** The host namespace and the control plane as they are wanted, and the hash that says so. */
export function wantedObjects(facts: VclusterFacts): {
  fences: KubernetesObject[];
  controlPlane: KubernetesObject[];
  hash: string;
} {
  const fences = hostNamespaceObjects(facts);
  const plain = controlPlaneObjects(facts);
  const hash = createHash('sha256')
    .update(JSON.stringify([fences, plain]))
    .digest('hex');
  const controlPlane = plain.map((object) =>
    object.kind === 'StatefulSet'
      ? { ...object, metadata: { ...object.metadata, annotations: { [manifestsAnnotation]: hash } } }
      : object,
  );
  return { fences, controlPlane, hash };
}

/** Whether the StatefulSet was written with these very objects. False, too, while the platform has no right to look. */
export async function isWritten(kubernetes: Kubernetes, facts: VclusterFacts): Promise<boolean> {
  try {
    const live = await kubernetes.get({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      ...vclusterPlace(facts.workspace),
    });
    return live?.metadata.annotations?.[manifestsAnnotation] === wantedObjects(facts).hash;
  } catch (error) {
    if (isError(error, 'KubernetesForbidden')) return false;
    throw error;
  }
}

/**
 * Ensures the host namespace with its fences in effect, then the control plane in it. Returns the namespace's uid and how many
 * objects there are.
 * @throws ResourceNotOwned if the namespace is somebody else's, a workspace of another kind, or holds what is not ours.
 * @throws NamespaceTerminating while a namespace of that name is being deleted.
 * @throws StillCreating if quotas or the platform's own rights in it need longer than half a second to take effect.
 */
export async function ensureHostObjects(
  kubernetes: Kubernetes,
  facts: VclusterFacts,
  wait: Wait = pause,
): Promise<{ uid: string; objects: number }> {
  const { fences, controlPlane } = wantedObjects(facts);
  const [namespace, ...contents] = fences;
  if (namespace === undefined) throw new TypeError('a virtual cluster has a namespace');
  await expectFree(kubernetes, namespace);
  const live = await kubernetes.apply(namespace);
  const written = await Promise.all(contents.map((object) => kubernetes.apply(object)));
  await expectInEffect(kubernetes, vclusterPlace(facts.workspace).namespace, written, wait);
  await expectAlone(kubernetes, facts);
  const [set, ...others] = [...controlPlane].reverse();
  await Promise.all(others.map((object) => kubernetes.apply(object)));
  if (set !== undefined) await kubernetes.apply(set);
  return { uid: live.metadata.uid ?? '', objects: fences.length + controlPlane.length };
}

async function expectFree(kubernetes: Kubernetes, { metadata }: KubernetesObject): Promise<void> {
  const existing = await kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: metadata.name });
  if (existing === undefined) return;
  expectOurs(existing, metadata.labels?.[tenantLabel] ?? '');
  if (existing.metadata.deletionTimestamp !== undefined) {
    const text = `Namespace ${metadata.name} is being deleted; it can be made again when it is gone.`;
    throw new CatalogueError('NamespaceTerminating', text);
  }
  if (existing.metadata.labels?.[workspaceLabel] === metadata.labels?.[workspaceLabel]) return;
  const text = `Namespace ${metadata.name} is a workspace of another kind (it has no label ${workspaceLabel}=vcluster); release that first.`;
  throw new CatalogueError('ResourceNotOwned', text);
}

/** The namespace holds this virtual cluster and no other, and no foreign object has one of its names. */
async function expectAlone(kubernetes: Kubernetes, { workspace }: VclusterFacts): Promise<void> {
  const { name, namespace } = vclusterPlace(workspace);
  const type = { apiVersion: 'apps/v1', kind: 'StatefulSet' };
  const [sets, service] = await Promise.all([
    kubernetes.list(type, { namespace, labelSelector: 'app=vcluster' }),
    kubernetes.get({ apiVersion: 'v1', kind: 'Service', name, namespace }),
  ]);
  for (const set of sets) expectOurs(set, workspace.tenantId);
  const other = sets.find(({ metadata }) => metadata.name !== name);
  const strange = service !== undefined && service.metadata.labels?.[tenantLabel] !== workspace.tenantId;
  if (other === undefined && !strange) return;
  const what = other === undefined ? `Service ${name}` : `the virtual cluster ${other.metadata.name}`;
  throw new CatalogueError(
    'ResourceNotOwned',
    `Namespace ${namespace} holds ${what}, which is not tenant ${workspace.tenantId}'s; a namespace holds one virtual cluster. Remove it.`,
  );
}

async function expectInEffect(
  kubernetes: Kubernetes,
  namespace: string,
  written: readonly KubernetesObject[],
  wait: Wait,
) {
  const quotas = written.filter(({ kind }) => kind === 'ResourceQuota');
  let pending = await notInEffect(
    kubernetes,
    namespace,
    Promise.all(quotas.map((each) => startCounting(kubernetes, each))),
  );
  for (const milliseconds of looks) {
    if (pending.length === 0) return;
    await wait(milliseconds);
    pending = await notInEffect(
      kubernetes,
      namespace,
      kubernetes.list({ apiVersion: 'v1', kind: 'ResourceQuota' }, { namespace }),
    );
  }
  if (pending.length === 0) return;
  throw new CatalogueError('StillCreating', `Not in effect yet in ${namespace}: ${pending.join(', ')}.`);
}

async function notInEffect(kubernetes: Kubernetes, namespace: string, live: Promise<readonly KubernetesObject[]>) {
  const [quotas, allowed] = await Promise.all([
    live,
    kubernetes.mayI({ verb: 'create', group: 'apps', resource: 'statefulsets', namespace }),
  ]);
  const uncounted = quotas.filter(({ spec, status }) => {
    const { hard, used } = (status ?? {}) as { hard?: object; used?: object };
    return used === undefined || !covers(hard, (spec as { hard: object }).hard);
  });
  return [
    ...uncounted.map(({ metadata }) => `quota ${metadata.name}`),
    ...(allowed ? [] : ['the platform’s own rights']),
  ];
}
