import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { probePolicy } from '../../tenancy/workspace/admission/protection.ts';
import { baselineVersion, clusterBaseline } from '../../tenancy/workspace/cluster-baseline.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { baselineVersionLabel, managedBy, managedByLabel } from '../../tenancy/workspace/names.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { isError } from '../kubernetes/errors.ts';
import { step, stepInput } from '../runtime/step.ts';
import { covers } from './covers.ts';
import { existingCluster } from './existing-cluster.ts';

export const ensureClusterBaselineOutput = z.object({
  version: z.string(),
  objects: z.number().int(),
  /** Objects of an earlier version that were no longer part of the baseline. */
  removed: z.number().int(),
});
export type EnsureClusterBaselineOutput = z.infer<typeof ensureClusterBaselineOutput>;

/**
 * Ensures that a shared cluster has the baseline, all of it, as it is today, and that the API server enforces it.
 * @throws StillCreating after something had to be written, and until it is in effect (a second or so).
 */
export async function ensureClusterBaseline({
  kubernetes,
}: {
  kubernetes: Kubernetes;
}): Promise<EnsureClusterBaselineOutput> {
  const wanted = clusterBaseline();
  const [live, enforced] = await Promise.all([liveBaseline(kubernetes, wanted), isEnforced(kubernetes)]);
  const others = await classesOfOthers(kubernetes, live, wanted);
  const missing = wanted.filter((object) => !others.has(keyOf(object)) && !covers(live.get(keyOf(object)), object));
  await removeChangedClasses(kubernetes, live, missing);
  // The probed policy last: an API server that enforces its new version has seen what was written before it.
  const last = (object: KubernetesObject) => object.metadata.name === probePolicy;
  await Promise.all(missing.filter((object) => !last(object)).map((object) => kubernetes.apply(object)));
  await Promise.all(missing.filter(last).map((object) => kubernetes.apply(object)));
  const removed = await removeFormer(kubernetes, live, wanted);
  if (missing.length > 0) {
    // API servers take policies up about once a second; the next look finds all of them written and in effect.
    throw new CatalogueError(
      'StillCreating',
      `${missing.length} objects of baseline ${baselineVersion()} were written.`,
    );
  }
  expectChecked([...live.values()]);
  if (!enforced) {
    throw new CatalogueError('StillCreating', `The API server does not enforce baseline ${baselineVersion()} yet.`);
  }
  return { version: baselineVersion(), objects: wanted.length, removed };
}

function keyOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${apiVersion}/${kind}/${metadata.name}`;
}

/** What is there of the baseline, of any version, by kind and name. */
async function liveBaseline(
  kubernetes: Kubernetes,
  wanted: readonly KubernetesObject[],
): Promise<Map<string, KubernetesObject>> {
  const types = new Map(wanted.map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }]));
  const labelSelector = `${managedByLabel}=${managedBy},${baselineVersionLabel}`;
  const lists = await Promise.all([...types.values()].map((type) => kubernetes.list(type, { labelSelector })));
  return new Map(lists.flat().map((object) => [keyOf(object), object]));
}

const isClass = ({ kind }: KubernetesObject) => kind === 'StorageClass';

/** A cluster that was there before may have a class of that name, with a driver of its own: that one stays. */
async function classesOfOthers(
  kubernetes: Kubernetes,
  live: ReadonlyMap<string, KubernetesObject>,
  wanted: readonly KubernetesObject[],
): Promise<Set<string>> {
  const unknown = wanted.filter((object) => isClass(object) && !live.has(keyOf(object)));
  const found = await Promise.all(
    unknown.map(({ apiVersion, kind, metadata }) => kubernetes.get({ apiVersion, kind, name: metadata.name })),
  );
  return new Set(found.filter((object) => object !== undefined).map(keyOf));
}

/** Storage classes cannot be changed; volumes do not go by the class that they were made with. */
async function removeChangedClasses(
  kubernetes: Kubernetes,
  live: ReadonlyMap<string, KubernetesObject>,
  missing: readonly KubernetesObject[],
): Promise<void> {
  const changed = missing.filter(isClass).flatMap((object) => live.get(keyOf(object)) ?? []);
  for (const { apiVersion, kind, metadata } of changed) {
    await kubernetes.delete({ apiVersion, kind, name: metadata.name }, { uid: metadata.uid });
  }
}

async function removeFormer(
  kubernetes: Kubernetes,
  live: ReadonlyMap<string, KubernetesObject>,
  wanted: readonly KubernetesObject[],
): Promise<number> {
  const keep = new Set(wanted.map(keyOf));
  const former = [...live].filter(([key]) => !keep.has(key)).map(([, object]) => object);
  await Promise.all(
    former.map(({ apiVersion, kind, metadata }) =>
      kubernetes.delete({ apiVersion, kind, name: metadata.name }, { uid: metadata.uid }),
    ),
  );
  return former.length;
}

/** The controller has type-checked every policy of this version. */
function expectChecked(live: readonly KubernetesObject[]): void {
  const policies = live.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
  const unchecked = policies.filter(({ metadata, status }) => {
    const observed = (status as { observedGeneration?: number } | undefined)?.observedGeneration;
    return observed !== metadata.generation;
  });
  if (unchecked.length === 0) return;
  const names = unchecked.map(({ metadata }) => metadata.name).join(', ');
  throw new CatalogueError('StillCreating', `Not type-checked yet: ${names}.`);
}

/** Asks for what a policy forbids, in a dry run, and sees whether that policy answers, in this version. */
async function isEnforced(kubernetes: Kubernetes): Promise<boolean> {
  const type = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass' };
  try {
    await kubernetes.tryCreate({ ...type, metadata: { name: probePolicy }, value: 0 });
    return false;
  } catch (error) {
    if (isError(error, 'KubernetesForbidden') && error.message.includes(`'${probePolicy}'`)) {
      return error.message.includes(`Baseline ${baselineVersion()}`);
    }
    throw error;
  }
}

/**
 * This function is an administrator by its access entry: one who is refused is known to the cluster, but its policy is not yet
 * in effect. https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html
 * @throws KubernetesUnauthorized then: it passes, or the entry lacks the policy.
 */
export async function asAdministrator<T>(clusterName: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isError(error, 'KubernetesForbidden')) throw error;
    throw new CatalogueError(
      'KubernetesUnauthorized',
      `The access entry in ${clusterName} needs the policy AmazonEKSClusterAdminPolicy: ${error.message}`,
      { cause: error },
    );
  }
}

/** Step of acquire-placement. */
export const handler = step({
  name: 'ensure-cluster-baseline',
  input: stepInput.extend({ cluster: z.object({ name: z.string(), accountId: z.string() }) }),
  output: ensureClusterBaselineOutput,
  run: async ({ cluster }) =>
    asAdministrator(cluster.name, async () => ensureClusterBaseline({ kubernetes: await existingCluster(cluster) })),
});
