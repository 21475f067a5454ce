import { setTimeout as pause } from 'node:timers/promises';
import { STSClient } from '@aws-sdk/client-sts';
import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { Placed } from '../../tenancy/names.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import {
  generationLabel,
  namespaceName,
  podSecurityLevel,
  podSecurityVersion,
  tenantLabel,
} from '../../tenancy/workspace/names.ts';
import { workspaceNumbers } from '../../tenancy/workspace/numbers.ts';
import { platformAccountOf } from '../foundations/platform-account.ts';
import type { Kubernetes, KubernetesAnswer } from '../kubernetes/client.ts';
import { platformClient, tenantClient } from '../kubernetes/cluster-clients.ts';
import { kubernetesError, type Status } from '../kubernetes/errors.ts';
import { config, findTier } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { foreignRoles } from './aws/foreign-roles.ts';
import { proveAccount } from './aws/prove-account.ts';
import { forbiddenRegion, tenantAws } from './aws/tenant-aws.ts';
import { answeredBy, controlName, type IsolationCase, type ProofSubject, rbac, textOf } from './case.ts';
import { fenceCases } from './cases/fences.ts';
import { objectCases } from './cases/objects.ts';
import { podCases } from './cases/pods.ts';
import { reachCases } from './cases/reach.ts';
import { isolationBreached } from './isolation-breached.ts';
import { creating } from './requests.ts';
import { goodPod } from './well-behaved.ts';

export const proveIsolationInput = z.object({
  tenantId: z.string(),
  generation: z.int().positive(),
  /** Its name; needed if it has nodes of its own. */
  tier: z.string().optional(),
  numbers: workspaceNumbers,
});
export type ProveIsolationInput = z.infer<typeof proveIsolationInput>;

export const proveIsolationOutput = z.object({
  passed: z.literal(true),
  cases: z.array(z.object({ name: z.string(), control: z.string(), ok: z.literal(true) })),
});
export type ProveIsolationOutput = z.infer<typeof proveIsolationOutput>;

export interface ProveIsolationClients {
  /** With the tenant's own credentials. */
  readonly tenant: Kubernetes;
  /** Ours; only to find a neighbour. */
  readonly platform: Kubernetes;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

/**
 * Proves with the tenant's own identity that its namespace is fenced: what is well-behaved is accepted, and each hostile
 * request is refused by the control that is meant to refuse it. All writes are server-side dry runs.
 * @throws IsolationBreached naming every case that was answered otherwise.
 * @throws KubernetesUnauthorized, NotYetConsistent while the tenant's access entry is not in effect.
 */
export async function proveIsolation(
  { tenant, platform, wait = pause }: ProveIsolationClients,
  { tenantId, generation, tier, numbers }: ProveIsolationInput,
): Promise<ProveIsolationOutput> {
  const namespace = namespaceName({ tenantId, generation });
  const subject = { tenantId, namespace, tier, numbers, neighbour: await neighbourOf(platform, tenantId) };
  await expectAccess(tenant, subject);
  const cases = isolationCases(subject);
  let failures = await failing(tenant, cases);
  // The API server's informers may be some milliseconds behind a namespace that was just written. A control that is late
  // is waited for; one that is missing stays missing.
  for (const milliseconds of [100, 500]) {
    if (failures.size === 0) break;
    await wait(milliseconds);
    failures = await failing(tenant, [...failures.keys()]);
  }
  if (failures.size > 0) throw isolationBreached(namespace, failures);
  return { passed: true, cases: cases.map(({ name, control }) => ({ name, control: controlName(control), ok: true })) };
}

/** Every case of the proof, in the order of the report. */
export function isolationCases(subject: ProofSubject): IsolationCase[] {
  return [...podCases(subject), ...objectCases(subject), ...fenceCases(subject), ...reachCases(subject)];
}

/** The namespace of another tenant, if there is one: a wrong binding shows only where there is something to bind. */
async function neighbourOf(platform: Kubernetes, tenantId: string): Promise<string> {
  return (await neighbouringNamespace(platform, tenantId))?.metadata.name ?? 'kube-system';
}

/** Whose namespace it is, and which of that tenant's placements. */
function neighbourIn(namespace: KubernetesObject | undefined): Placed | undefined {
  const { [tenantLabel]: tenantId, [generationLabel]: generation } = namespace?.metadata.labels ?? {};
  return tenantId === undefined ? undefined : { tenantId, generation: Number(generation ?? 1) };
}

async function neighbouringNamespace(platform: Kubernetes, tenantId: string): Promise<KubernetesObject | undefined> {
  const labelSelector = `${tenantLabel},${tenantLabel}!=${tenantId}`;
  const [other] = await platform.list({ apiVersion: 'v1', kind: 'Namespace' }, { labelSelector, limit: 1 });
  return other;
}

/** The access entry works: the API server knows the tenant and its group may make pods. */
async function expectAccess(tenant: Kubernetes, subject: ProofSubject): Promise<void> {
  const answer = await tenant.request(creating(goodPod(subject)));
  if (answer.status === 401)
    throw new CatalogueError('KubernetesUnauthorized', `The cluster does not know tenant ${subject.tenantId} yet.`);
  if (answeredBy(rbac('create', 'pods'), answer, standard)) {
    throw new CatalogueError(
      'NotYetConsistent',
      `The group of tenant ${subject.tenantId} has no effect yet: ${textOf(answer)}`,
    );
  }
}

const standard = `${podSecurityLevel}:${podSecurityVersion}`;

/** Tries all at once (the connection pool bounds how many are under way) and keeps what the intended control did not answer. */
async function failing(
  tenant: Kubernetes,
  cases: readonly IsolationCase[],
): Promise<Map<IsolationCase, KubernetesAnswer>> {
  const answers = await Promise.all(cases.map(async (each) => [each, await tenant.request(each.request)] as const));
  const unable = answers.find(([, { status }]) => status === 429 || status >= 500);
  if (unable !== undefined) {
    const [{ name }, answer] = unable;
    throw kubernetesError(`case "${name}" of the isolation proof`, answer.status, answer.body as Status);
  }
  return new Map(answers.filter(([each, answer]) => !answeredBy(each.control, answer, standard)));
}

const handlerInput = placedStepInput.extend({
  tier: z.string(),
  placement,
  accountId: z.string(),
  roleArn: z.string(),
  cluster: z.object({ name: z.string(), accountId: z.string() }),
});

/** Step of acquire-placement. The workflow keeps the number of cases; the log has them all. */
export const handler = step({
  name: 'prove-isolation',
  input: handlerInput,
  output: z.object({ passed: z.literal(true), cases: z.number().int().positive() }),
  async run(input, { logger }) {
    const { tenantId, generation, tier, roleArn, cluster, placement } = input;
    const [tenant, platform] = await Promise.all([
      tenantClient(cluster.name, tenantId, roleArn, cluster.accountId),
      platformClient(cluster.name, cluster.accountId),
    ]);
    const neighbour = neighbourIn(await neighbouringNamespace(platform, tenantId));
    const [inCluster, inAws] = await Promise.all([
      // Who lives in a virtual cluster is nobody in the host; what it can do inside was proven before.
      placement.workspace === 'vcluster'
        ? { cases: [] }
        : proveIsolation({ tenant, platform }, { tenantId, generation, tier, numbers: findTier(tier).workspace }),
      proveInAws(input, neighbour),
    ]);
    const cases = [...inCluster.cases, ...inAws];
    logger.info('isolation proven', { cases });
    return { passed: true as const, cases: cases.length };
  },
});

/** The proof in the account the tenant lives in. */
async function proveInAws(input: z.infer<typeof handlerInput>, neighbour: Placed | undefined) {
  const { tenantId, accountId, roleArn } = input;
  const { accounts } = config;
  const sts = new STSClient({});
  const platformAccountId = platformAccountOf(input.executionArn);
  const installation = accounts && {
    brokerRoleArn: environment('BROKER_ROLE_ARN'),
    externalId: environment('EXTERNAL_ID'),
  };
  const aws = await tenantAws(sts, tenantId, roleArn, forbiddenRegion(accounts?.regions ?? []));
  const roles = await foreignRoles(
    { table: table(), sts },
    { tenantId, accountId, platformAccountId, neighbour },
    installation,
  );
  return proveAccount(aws, {
    tenantId,
    generation: input.generation,
    accountId,
    foreignRoles: roles,
    ...(input.placement.account === 'dedicated' && { ownAccount: { boundaryName: environment('BOUNDARY_NAME') } }),
  });
}
