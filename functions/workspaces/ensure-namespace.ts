import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { Placed } from '../../tenancy/names.ts';
import { workloadServiceAccount } from '../../tenancy/workspace/accounts.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { groupName, namespaceName, tenantLabel } from '../../tenancy/workspace/names.ts';
import { namespaceObjects } from '../../tenancy/workspace/namespace-objects.ts';
import { workspaceNumbers } from '../../tenancy/workspace/numbers.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { createLedger } from '../operations/ledger-store.ts';
import { findTier } from '../runtime/config.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { covers } from './covers.ts';
import { existingCluster } from './existing-cluster.ts';
import { expectOurs } from './ownership.ts';
import { startCounting } from './start-counting.ts';

export const ensureNamespaceInput = z.object({
  tenantId: z.string(),
  tier: z.string(),
  generation: z.number().int().positive(),
  numbers: workspaceNumbers,
});
export type EnsureNamespaceInput = z.infer<typeof ensureNamespaceInput>;

export const ensureNamespaceOutput = z.object({
  namespace: z.string(),
  uid: z.string(),
  /** The service account that the tenant's Pod Identity association names. */
  serviceAccount: z.string(),
  /** The Kubernetes group for the tenant's access entry. */
  adminGroup: z.string(),
  objects: z.number().int(),
});
export type EnsureNamespaceOutput = z.infer<typeof ensureNamespaceOutput>;

/**
 * When to look again whether the controllers have done their part: within half a second in all. They usually need tens of
 * milliseconds, and coming back through the workflow's Retry costs a whole second and a billed transition.
 */
const looks = [10, 20, 30, 60, 120, 240];

export interface EnsureNamespaceClients {
  readonly kubernetes: Kubernetes;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

/**
 * Ensures the tenant's namespace with everything that fences it, and that the fences are in effect: quotas counted, the
 * tenant's group authorized. Not waited for: `kube-root-ca.crt`, which its controller publishes 20 times a second at most
 * and which only pods with an API token mount; the service accounts here mount none.
 * @throws ResourceNotOwned if the namespace belongs to somebody else.
 * @throws NamespaceTerminating if a namespace of that name is being deleted.
 * @throws StillCreating if the cluster's controllers need longer than half a second.
 */
export async function ensureNamespace(
  { kubernetes, wait = pause }: EnsureNamespaceClients,
  { numbers, ...workspace }: EnsureNamespaceInput,
): Promise<EnsureNamespaceOutput> {
  const [namespace, ...contents] = namespaceObjects(workspace, numbers);
  if (namespace === undefined) throw new TypeError('a workspace has a namespace');
  await expectFree(kubernetes, namespace);
  const live = await kubernetes.apply(namespace);
  const written = await Promise.all(contents.map((object) => kubernetes.apply(object)));
  await expectInEffect(kubernetes, workspace, written, wait);
  return {
    namespace: namespace.metadata.name,
    uid: live.metadata.uid ?? '',
    serviceAccount: workloadServiceAccount,
    adminGroup: groupName(workspace.tenantId, 'admin'),
    objects: contents.length + 1,
  };
}

/** The name is free, or the namespace is this tenant's already. */
async function expectFree(kubernetes: Kubernetes, { metadata }: KubernetesObject): Promise<void> {
  const existing = await kubernetes.get({ apiVersion: 'v1', kind: 'Namespace', name: metadata.name });
  if (existing === undefined) return;
  expectOurs(existing, metadata.labels?.[tenantLabel] ?? '');
  if (existing.metadata.deletionTimestamp !== undefined) {
    throw new CatalogueError(
      'NamespaceTerminating',
      `Namespace ${metadata.name} is being deleted; it can be made again when it is gone.`,
    );
  }
}

async function expectInEffect(
  kubernetes: Kubernetes,
  placed: Placed,
  written: readonly KubernetesObject[],
  wait: (milliseconds: number) => Promise<unknown>,
): Promise<void> {
  const wanted = written.filter(({ kind }) => kind === 'ResourceQuota');
  const namespace = namespaceName(placed);
  // Counting starts after all writes: quotas in effect make the API server count each of them in turn.
  let pending = await notInEffect(
    kubernetes,
    placed,
    Promise.all(wanted.map((each) => startCounting(kubernetes, each))),
  );
  for (const milliseconds of looks) {
    if (pending.length === 0) return;
    await wait(milliseconds);
    const quotas = kubernetes.list({ apiVersion: 'v1', kind: 'ResourceQuota' }, { namespace });
    pending = await notInEffect(kubernetes, placed, quotas);
  }
  if (pending.length > 0) {
    throw new CatalogueError('StillCreating', `Not in effect yet in ${namespace}: ${pending.join(', ')}.`);
  }
}

/** What is written but has no effect yet, by name. */
async function notInEffect(
  kubernetes: Kubernetes,
  placed: Placed,
  live: Promise<readonly KubernetesObject[]>,
): Promise<string[]> {
  const group = groupName(placed.tenantId, 'admin');
  const [quotas, authorized] = await Promise.all([
    live,
    kubernetes.may([group], { verb: 'create', resource: 'pods', namespace: namespaceName(placed) }),
  ]);
  return [
    ...quotas.filter((quota) => !counts(quota)).map((quota) => `quota ${quota.metadata.name}`),
    ...(authorized ? [] : [`group ${group}`]),
  ];
}

/** Admission goes by the quota's status: until it is filled in, the quota limits nothing. */
function counts(quota: KubernetesObject): boolean {
  const { hard } = quota.spec as { hard: object };
  const status = quota.status as { hard?: object; used?: object } | undefined;
  return status?.used !== undefined && covers(status.hard, hard);
}

/** Step of acquire-placement. */
export const handler = step({
  name: 'ensure-namespace',
  input: placedStepInput.extend({
    tier: z.string(),
    cluster: z.object({ name: z.string(), accountId: z.string() }),
  }),
  output: ensureNamespaceOutput,
  async run({ tenantId, operationId, tier, generation, cluster }) {
    const ledger = createLedger(table(), { tenantId, operationId, generation });
    const attributes = { clusterName: cluster.name, clusterAccountId: cluster.accountId };
    await ledger.plan('workspace', namespaceName({ tenantId, generation }), attributes);
    const kubernetes = await existingCluster(cluster);
    const numbers = findTier(tier).workspace;
    const made = await ensureNamespace({ kubernetes }, { tenantId, tier, generation, numbers });
    await ledger.created('workspace', made.namespace, { ...attributes, uid: made.uid });
    return made;
  },
});
