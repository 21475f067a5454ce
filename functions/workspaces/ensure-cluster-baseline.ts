import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { probePolicy } from '../../tenancy/workspace/admission/protection.ts';
import { clusterBaseline } from '../../tenancy/workspace/cluster-baseline.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { baselineVersionLabel } from '../../tenancy/workspace/names.ts';
import { nodePoolType, type TierPool } from '../../tenancy/workspace/node-pools.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { isError } from '../kubernetes/errors.ts';
import { config } from '../runtime/config.ts';
import { step, stepInput } from '../runtime/step.ts';
import { observeCluster } from './baseline-facts.ts';
import { covers } from './covers.ts';
import { existingCluster } from './existing-cluster.ts';
import { cannotBecome, isNewer, keyOf, type LiveBaseline, readLiveBaseline } from './live-baseline.ts';

export const ensureClusterBaselineOutput = z.object({
  version: z.string(),
  objects: z.number().int(),
  /** Objects of an earlier version that were no longer part of the baseline. */
  removed: z.number().int(),
  /** The cluster has a baseline of functions that were deployed after these; it was left as it is. */
  newer: z.boolean(),
  /** Names of the NodePools of tiers. */
  nodePools: z.array(z.string()),
  /** What the cluster does not serve, and what that means. */
  lacks: z.array(z.string()),
});
export type EnsureClusterBaselineOutput = z.infer<typeof ensureClusterBaselineOutput>;

/**
 * Ensures that a cluster has the baseline, all of it, as it is today, and that the API server enforces it. An earlier one is
 * upgraded in place: what changed is changed, what is new comes, and only when all of that is in effect goes what is no longer
 * part of it, so that there is no moment without a fence. A later one is left alone: functions of a former deployment
 * that still run, or run again after a rollback, do not take fences away. Any number of runs at once do no harm.
 * @throws StillCreating after something had to be written, and until it is in effect (a second or so).
 */
export async function ensureClusterBaseline({
  kubernetes,
  pools = [],
}: {
  kubernetes: Kubernetes;
  /** The tiers that have nodes of their own. */
  pools?: readonly TierPool[];
}): Promise<EnsureClusterBaselineOutput> {
  const { facts, served, lacks } = await observeCluster(kubernetes, pools);
  const wanted = clusterBaseline(facts);
  const [live, enforced] = await Promise.all([readLiveBaseline(kubernetes, wanted, served), enforcedText(kubernetes)]);
  const said = { lacks: [...lacks], nodePools: namesOfPools(wanted) };
  if (isNewer(live)) return { ...leftAlone(live, enforced), ...said, nodePools: namesOfPools([...live.values()]) };
  const version = versionOf(wanted);
  const written = await write(kubernetes, live, wanted);
  if (written > 0) {
    // API servers take policies up about once a second; the next look finds all of them written and in effect.
    throw new CatalogueError('StillCreating', `${written} objects of baseline ${version} were written.`);
  }
  expectChecked([...live.values()]);
  expectEnforced(enforced, version);
  const removed = await removeFormer(kubernetes, live, wanted);
  return { version, objects: wanted.length, removed, newer: false, ...said };
}

function versionOf(objects: readonly KubernetesObject[]): string {
  const probe = objects.find(({ metadata }) => metadata.name === probePolicy);
  return probe?.metadata.labels?.[baselineVersionLabel] ?? '';
}

function namesOfPools(objects: readonly KubernetesObject[]): string[] {
  return objects.filter(({ kind }) => kind === nodePoolType.kind).map(({ metadata }) => metadata.name);
}

function leftAlone(live: LiveBaseline, enforced: string) {
  const version = versionOf([...live.values()]);
  expectEnforced(enforced, version);
  return { version, objects: live.size, removed: 0, newer: true };
}

/** Writes what is lacking or differs, and says how much that was. */
async function write(kubernetes: Kubernetes, live: LiveBaseline, wanted: readonly KubernetesObject[]): Promise<number> {
  const others = await classesOfOthers(kubernetes, live, wanted);
  const missing = wanted.filter((object) => !others.has(keyOf(object)) && !covers(live.get(keyOf(object)), object));
  await removeUnchangeable(kubernetes, live, missing);
  // The probed policy last: an API server that enforces its new version has seen what was written before it.
  const last = (object: KubernetesObject) => object.metadata.name === probePolicy;
  await Promise.all(missing.filter((object) => !last(object)).map((object) => kubernetes.apply(object)));
  await Promise.all(missing.filter(last).map((object) => kubernetes.apply(object)));
  return missing.length;
}

/** A cluster that was there before may have a class of that name, with a driver of its own: that one stays. */
async function classesOfOthers(
  kubernetes: Kubernetes,
  live: LiveBaseline,
  wanted: readonly KubernetesObject[],
): Promise<Set<string>> {
  const unknown = wanted.filter((object) => object.kind === 'StorageClass' && !live.has(keyOf(object)));
  const found = await Promise.all(
    unknown.map(({ apiVersion, kind, metadata }) => kubernetes.get({ apiVersion, kind, name: metadata.name })),
  );
  return new Set(found.filter((object) => object !== undefined).map(keyOf));
}

/** What uses a class does not go by it any more once it is made: pods keep their priority, volumes their disk. */
async function removeUnchangeable(
  kubernetes: Kubernetes,
  live: LiveBaseline,
  missing: readonly KubernetesObject[],
): Promise<void> {
  for (const wanted of missing) {
    const former = live.get(keyOf(wanted));
    if (former === undefined || !cannotBecome(former, wanted)) continue;
    const { apiVersion, kind, metadata } = former;
    await kubernetes.delete({ apiVersion, kind, name: metadata.name }, { uid: metadata.uid });
  }
}

/**
 * A NodePool that no tier has any more takes its nodes with it: Karpenter drains them first, within the disruption budgets of what
 * runs there.
 */
async function removeFormer(
  kubernetes: Kubernetes,
  live: LiveBaseline,
  wanted: readonly KubernetesObject[],
): Promise<number> {
  const keep = new Set(wanted.map(keyOf));
  const former = [...live].filter(([key]) => !keep.has(key)).map(([, object]) => object);
  const standing = former.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  await Promise.all(
    standing.map(({ apiVersion, kind, metadata }) =>
      kubernetes.delete({ apiVersion, kind, name: metadata.name }, { uid: metadata.uid }),
    ),
  );
  return standing.length;
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

/** Asks for what a policy forbids, in a dry run, and returns what that policy answers: '' if it does not. */
async function enforcedText(kubernetes: Kubernetes): Promise<string> {
  const type = { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass' };
  try {
    await kubernetes.tryCreate({ ...type, metadata: { name: probePolicy }, value: 0 });
    return '';
  } catch (error) {
    if (isError(error, 'KubernetesForbidden') && error.message.includes(`'${probePolicy}'`)) return error.message;
    throw error;
  }
}

function expectEnforced(answer: string, version: string): void {
  if (answer.includes(`Baseline ${version}`)) return;
  throw new CatalogueError('StillCreating', `The API server does not enforce baseline ${version} yet.`);
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

function configuredPools(): TierPool[] {
  return Object.entries(config.tiers).flatMap(([tier, { workspace }]) =>
    workspace.nodePool === undefined ? [] : [{ tier, settings: workspace.nodePool }],
  );
}

/** Step of acquire-placement. */
export const handler = step({
  name: 'ensure-cluster-baseline',
  input: stepInput.extend({ cluster: z.object({ name: z.string(), accountId: z.string() }) }),
  output: ensureClusterBaselineOutput,
  run: async ({ cluster }) =>
    asAdministrator(cluster.name, async () =>
      ensureClusterBaseline({ kubernetes: await existingCluster(cluster), pools: configuredPools() }),
    ),
});
