import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { Placed } from '../../tenancy/names.ts';
import { vclusterPlace } from '../../tenancy/vcluster/facts.ts';
import { vclusterObjectNames } from '../../tenancy/vcluster/names.ts';
import { hostNumbers } from '../../tenancy/vcluster/numbers.ts';
import type { VclusterSettings } from '../../tenancy/vcluster/settings.ts';
import { podSecurityLevel, podSecurityVersion, tenantLabel } from '../../tenancy/workspace/names.ts';
import type { WorkspaceNumbers } from '../../tenancy/workspace/numbers.ts';
import { controlName, type IsolationCase } from '../isolation/case.ts';
import { isolationBreached } from '../isolation/isolation-breached.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { platformClient } from '../kubernetes/cluster-clients.ts';
import { findTier } from '../runtime/config.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { hostCases } from './cases-host.ts';
import { insideCases } from './cases-inside.ts';
import type { Wait } from './ensure-host-objects.ts';
import { describeHost, tokenClient } from './host-cluster.ts';
import { installedVclusterSettings } from './installed-settings.ts';
import { requestToken, tenantOf, tenantToken } from './tenant-access.ts';
import { failingCases } from './try-cases.ts';
import { type Connect, findVirtualCluster } from './virtual-cluster.ts';

export interface ProveVclusterClients {
  /** The host, as the platform. */
  readonly host: Kubernetes;
  /** The host, with a bearer token. */
  readonly hostWith: (token: string) => Kubernetes;
  readonly connect?: Connect;
  readonly wait?: Wait;
}

export interface ProveVclusterInput extends Placed {
  /** Name of the tier; needed if it has nodes of its own. */
  readonly tier?: string;
  readonly numbers: WorkspaceNumbers;
  readonly settings: VclusterSettings;
}

export interface VclusterProof {
  readonly passed: true;
  readonly cases: readonly { readonly name: string; readonly control: string; readonly ok: true }[];
}

/** The least that an API server gives. */
const tokenSeconds = 600;

/**
 * Proves that a virtual cluster is fenced, on both sides: inside with the tenant's own token, and on the host as the control
 * plane's account, by which everything of the tenant comes there. The tenant's token itself is nothing to the host.
 * All writes are server-side dry runs.
 * @throws IsolationBreached naming every case that was answered otherwise.
 * @throws StillCreating while the virtual API does not answer; NotYetConsistent while the tenant's rights have no effect.
 */
export async function proveVclusterIsolation(
  clients: ProveVclusterClients,
  input: ProveVclusterInput,
): Promise<VclusterProof> {
  const { host, hostWith, connect, wait = pause } = clients;
  const place = vclusterPlace(input);
  const virtual = await findVirtualCluster(host, place, connect);
  if (!virtual.ready) throw new CatalogueError('StillCreating', `The virtual cluster is on its way: ${virtual.lacks}.`);
  const token = await tenantToken(virtual.administrator, tokenSeconds);
  const tenant = tenantOf(virtual.address, token);
  await expectAccess(tenant, input.tenantId);
  await expectStranger(hostWith(token.token), input.tenantId);

  const { serviceAccount } = vclusterObjectNames(place.name);
  const path = `/api/v1/namespaces/${place.namespace}/serviceaccounts/${serviceAccount}/token`;
  const syncer = hostWith((await requestToken(host, path, tokenSeconds)).token);
  const subject = {
    tenantId: input.tenantId,
    namespace: place.namespace,
    tier: input.tier,
    numbers: hostNumbers(input),
    neighbour: await neighbourOf(host, input.tenantId),
  };
  const { numbers } = input;
  const others = numbers.loadBalancers ? numbers.objects['services.loadbalancers'] : 0;
  const inside = insideCases(input);
  const outside = hostCases(subject, place, others);
  const failures = new Map([
    ...(await failingCases(tenant, inside, `${podSecurityLevel}:latest`, wait)),
    ...(await failingCases(syncer, outside, `${podSecurityLevel}:${podSecurityVersion}`, wait)),
  ]);
  if (failures.size > 0) throw isolationBreached(place.namespace, failures);
  return { passed: true, cases: [...[...inside, ...outside].map(proven), stranger] };
}

function proven({ name, control }: IsolationCase) {
  return { name, control: controlName(control), ok: true as const };
}

const stranger = { name: 'host: the tenant’s own token', control: 'authentication', ok: true as const };

/** The token is known, and its account may make pods. */
async function expectAccess(tenant: Kubernetes, tenantId: string): Promise<void> {
  const allowed = await tenant.mayI({ verb: 'create', resource: 'pods', namespace: 'default' });
  if (allowed) return;
  throw new CatalogueError(
    'NotYetConsistent',
    `The rights of tenant ${tenantId} inside its virtual cluster have no effect yet.`,
  );
}

/** The host answers the tenant's token as it answers any that it does not know. */
async function expectStranger(hostAsTenant: Kubernetes, tenantId: string): Promise<void> {
  const { status } = await hostAsTenant.request({ method: 'GET', path: '/api' });
  if (status === 401) return;
  throw new CatalogueError(
    'IsolationBreached',
    `The host's API answers the token of tenant ${tenantId} with HTTP ${status}; it must not know it (HTTP 401).`,
  );
}

/** The namespace of another tenant, if there is one: a wrong binding shows only where there is something to bind. */
async function neighbourOf(host: Kubernetes, tenantId: string): Promise<string> {
  const labelSelector = `${tenantLabel},${tenantLabel}!=${tenantId}`;
  const [other] = await host.list({ apiVersion: 'v1', kind: 'Namespace' }, { labelSelector, limit: 1 });
  return other?.metadata.name ?? 'kube-system';
}

/** Step of acquire-placement. The workflow keeps the number of cases; the log has them all. */
export const handler = step({
  name: 'prove-vcluster-isolation',
  input: placedStepInput.extend({ tier: z.string(), cluster: z.object({ name: z.string(), accountId: z.string() }) }),
  output: z.object({ passed: z.literal(true), cases: z.number().int().positive() }),
  async run({ tenantId, generation, tier, cluster }, { logger }) {
    const [host, address] = await Promise.all([
      platformClient(cluster.name, cluster.accountId),
      describeHost(cluster.name, cluster.accountId),
    ]);
    const input = {
      tenantId,
      generation,
      tier,
      numbers: findTier(tier).workspace,
      settings: installedVclusterSettings(),
    };
    const proof = await proveVclusterIsolation({ host, hostWith: (token) => tokenClient(address, token) }, input);
    logger.info('isolation proven', { cases: proof.cases });
    return { passed: true as const, cases: proof.cases.length };
  },
});
