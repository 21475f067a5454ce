import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { namespaceName } from '../../tenancy/workspace/names.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { createLedger } from '../operations/ledger-store.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { clusterUnlessGone } from './existing-cluster.ts';
import { expectOurs } from './ownership.ts';

export const releaseNamespaceInput = z.object({ tenantId: z.string(), generation: z.int().positive() });
export type ReleaseNamespaceInput = z.infer<typeof releaseNamespaceInput>;

export const releaseNamespaceOutput = z.object({ namespace: z.string(), gone: z.literal(true) });
export type ReleaseNamespaceOutput = z.infer<typeof releaseNamespaceOutput>;

/**
 * Ensures that the tenant's namespace, and with it everything inside, does not exist; nor the volumes of its claims, which go
 * after it. Load balancers need no look: their Services stay, and the namespace with them, until they are gone.
 * @throws StillDeleting until then; the text says what holds it up.
 * @throws ResourceNotOwned if the namespace belongs to somebody else: it is left alone.
 */
export async function releaseNamespace(
  { kubernetes }: { kubernetes: Kubernetes },
  placed: ReleaseNamespaceInput,
): Promise<ReleaseNamespaceOutput> {
  const namespace = namespaceName(placed);
  const reference = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  const found = await kubernetes.get(reference);
  if (found === undefined) return withoutVolumes(kubernetes, namespace);
  expectOurs(found, placed.tenantId);
  if (found.metadata.deletionTimestamp === undefined) {
    // By uid: should somebody make a new namespace of that name in between, it is not ours to delete.
    await kubernetes.delete(reference, { uid: found.metadata.uid });
  }
  const remaining = await kubernetes.get(reference);
  if (remaining === undefined) return withoutVolumes(kubernetes, namespace);
  throw new CatalogueError('StillDeleting', diagnosis(remaining));
}

interface VolumeSpec {
  readonly claimRef?: { readonly namespace?: string };
  readonly persistentVolumeReclaimPolicy?: string;
}

/** A disk outlives its claim by the time that its driver needs; whoever deletes the cluster before leaves the disk behind, and pays for it. */
async function withoutVolumes(kubernetes: Kubernetes, namespace: string): Promise<ReleaseNamespaceOutput> {
  const volumes = await kubernetes.list({ apiVersion: 'v1', kind: 'PersistentVolume' });
  const left = volumes.filter(({ spec }) => {
    const { claimRef, persistentVolumeReclaimPolicy } = spec as VolumeSpec;
    return claimRef?.namespace === namespace && persistentVolumeReclaimPolicy === 'Delete';
  });
  if (left.length === 0) return { namespace, gone: true };
  const names = left.map(({ metadata }) => metadata.name).join(', ');
  throw new CatalogueError('StillDeleting', `Volumes of namespace ${namespace} are still being deleted: ${names}.`);
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

/** What the namespace controller says stands in the way. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/#NamespaceStatus */
function diagnosis({ metadata, status }: KubernetesObject): string {
  const { conditions = [] } = (status ?? {}) as { conditions?: readonly Condition[] };
  const obstacles = conditions.filter((condition) => condition.status === 'True');
  const since = metadata.deletionTimestamp ?? 'just now';
  if (obstacles.length === 0)
    return `Namespace ${metadata.name} is being deleted since ${since}; nothing is reported to hold it up.`;
  const texts = obstacles.map((condition) => `${condition.type}: ${condition.message ?? ''}`);
  return `Namespace ${metadata.name} is being deleted since ${since}. ${texts.join(' ')}`;
}

/** Step of release-placement. `name` is the ledger's: the namespace. */
export const handler = step({
  name: 'release-namespace',
  input: placedStepInput.extend({
    name: z.string(),
    attributes: z.object({ clusterName: z.string(), clusterAccountId: z.string() }),
  }),
  output: releaseNamespaceOutput,
  async run({ name, attributes, ...operation }) {
    const { clusterName, clusterAccountId } = attributes;
    const kubernetes = await clusterUnlessGone({ name: clusterName, accountId: clusterAccountId });
    if (kubernetes !== undefined) await releaseNamespace({ kubernetes }, operation);
    await createLedger(table(), operation).deleted('workspace', name);
    return { namespace: name, gone: true as const };
  },
});
