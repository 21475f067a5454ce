import {
  DescribePodIdentityAssociationCommand,
  EKSClient,
  paginateListPodIdentityAssociations,
} from '@aws-sdk/client-eks';
import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureVclusterBinary } from '../../local/vcluster/build.ts';
import { testOwnCluster } from './placements/own-cluster.ts';
import { testVirtualCluster } from './placements/virtual-cluster.ts';
import { accountInventory, asManagement } from './support/account-inventory.ts';
import { filledPool, unitOf } from './support/accounts.ts';
import { type BusListener, listen } from './support/bus-listener.ts';
import { ACCOUNT, connect } from './support/clients.ts';
import { passSimulatedTime } from './support/deployed-template.ts';
import { endpoint } from './support/endpoint.ts';
import { kubeconfigOf, presentedTo } from './support/kubeconfig-file.ts';
import { operatorKubeConfig, request } from './support/kubernetes.ts';
import { withoutSchedules } from './support/later.ts';
import { createOfTier, release, statesEntered } from './support/placements.ts';
import { markOfCluster, markOfVirtualCluster, processesWith } from './support/processes.ts';
import { ask, createTenant, freshTenant } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';
import { world } from './support/world.ts';

const clients = connect(endpoint);

/** One tenant in each placement; how it leaves. */
const placements = [
  { tier: 'basic', account: 'pooled', workspace: 'namespace', leaves: 'released' },
  { tier: 'standard', account: 'pooled', workspace: 'vcluster', leaves: 'released' },
  { tier: 'isolated', account: 'pooled', workspace: 'cluster', leaves: 'deleted' },
  { tier: 'plus', account: 'dedicated', workspace: 'namespace', leaves: 'deleted' },
  { tier: 'premium', account: 'dedicated', workspace: 'vcluster', leaves: 'deleted' },
  { tier: 'enterprise', account: 'dedicated', workspace: 'cluster', leaves: 'released' },
].map((placement) => ({ ...placement, tenant: freshTenant(placement.tier) }));

type Place = (typeof placements)[number];

const neighbour = freshTenant('neighbour');
const kubeconfigs = new Map<string, KubeConfig>();
/** What the processes of a tenant's control plane are known by. */
const marks = new Map<string, string>();
let bus: BusListener;
let operator: KubeConfig;
let before: string[];

beforeAll(async () => {
  await ensureVclusterBinary((line) => void process.stderr.write(`${line}\n`));
  bus = await listen(clients);
  await createTenant(clients, neighbour);
  await bus.heard('TenantReady', neighbour);
  operator = await operatorKubeConfig(clients);
  before = await world(clients, operator);
  await Promise.all(placements.map(({ tenant, tier }) => createOfTier(clients, tenant, tier)));
  // One after the other: each has its own patience.
  for (const { tenant } of placements) await bus.heard('TenantReady', tenant);
  for (const place of placements.filter(({ workspace }) => workspace !== 'namespace')) {
    const own = place.workspace === 'cluster';
    const name = `tenant${own ? 'ry-tenant' : ''}-${place.tenant}`;
    marks.set(
      place.tenant,
      await (own ? markOfCluster(await eksOf(place), name) : markOfVirtualCluster(operator, name)),
    );
  }
  const files = await Promise.all(placements.map(({ tenant }) => kubeconfigOf(endpoint, tenant)));
  for (const [index, { tenant }] of placements.entries()) kubeconfigs.set(tenant, files[index] as KubeConfig);
});
afterAll(() => bus.close());

/** What TenantReady says of a tenant. */
const facts = async (tenant: string) => (await bus.heard('TenantReady', tenant)).detail.data;

/** The tenant's own view of its cluster, by the file that `tenantry kubeconfig` gives. */
function kubeconfig(tenant: string): KubeConfig {
  const config = kubeconfigs.get(tenant);
  if (!config) throw new Error(`there is no kubeconfig of ${tenant}`);
  return config;
}

const statusOf = async (config: KubeConfig, path: string) => (await request(config, 'GET', path)).status;

/** EKS of the account that the tenant's cluster is in. */
async function eksOf({ tenant, account, workspace }: Place): Promise<EKSClient> {
  if (account === 'pooled' || workspace !== 'cluster') return clients.eks;
  return new EKSClient(await asManagement(endpoint, (await facts(tenant)).accountId));
}

/** The roles that pods of the tenant's namespace get, as the account of their cluster says. */
async function podIdentities(place: Place) {
  const { cluster, namespace } = await facts(place.tenant);
  const client = await eksOf(place);
  const clusterName = cluster.name;
  const found = [];
  for await (const { associations = [] } of paginateListPodIdentityAssociations({ client }, { clusterName, namespace }))
    for (const { associationId } of associations)
      found.push(await client.send(new DescribePodIdentityAssociationCommand({ clusterName, associationId })));
  return found.map(({ association }) => association);
}

describe.each(placements)('a tenant with $account account and $workspace of its own', (place) => {
  const { tenant, tier, account, workspace } = place;

  it('is ready there, proven, and the services agree', async () => {
    const { placement, accountId, cluster, namespace, isolation, roleArn } = await facts(tenant);
    expect(placement).toEqual({ account, workspace });
    expect(accountId === ACCOUNT).toBe(account === 'pooled');
    expect(roleArn).toContain(`:${accountId}:role/tenantry/tenants/`);
    expect(namespace).toBe(`tenant-${tenant}`);
    expect(cluster.name).toBe(workspace === 'cluster' ? `tenantry-tenant-${tenant}` : 'shared-1');
    expect(cluster.arn).toContain(`:${workspace === 'cluster' ? accountId : ACCOUNT}:cluster/`);
    expect(isolation.cases, tier).toBeGreaterThan(workspace === 'vcluster' ? 40 : 80);
    const [identity, ...others] = await podIdentities(place);
    expect(others).toEqual([]);
    const across = account === 'dedicated' && workspace !== 'cluster';
    expect(identity).toMatchObject(
      across
        ? { roleArn: `arn:aws:iam::${ACCOUNT}:role/tenantry/tenantry-pod-identity`, targetRoleArn: roleArn }
        : { roleArn },
    );
  });

  if (workspace !== 'namespace')
    it('has a control plane of its own', async () => {
      const processes = await processesWith(marks.get(tenant) ?? 'there is none');
      expect(processes.length).toBeGreaterThanOrEqual(workspace === 'cluster' ? 1 : 3);
    });

  it('gets in by the file of `tenantry kubeconfig`, and sees what is its own', async () => {
    const config = kubeconfig(tenant);
    const home = workspace === 'vcluster' ? 'default' : `tenant-${tenant}`;
    const written = { metadata: { name: 'own' }, data: { tenant } };
    const { status, text } = await request(config, 'POST', `/api/v1/namespaces/${home}/configmaps`, written);
    expect(status, text).toBe(201);
    const names = await request(config, 'GET', '/api/v1/namespaces');
    if (workspace === 'vcluster') {
      expect(names.status).toBe(200);
      expect(names.text).not.toContain('"tenant-');
      expect(await statusOf(config, `/api/v1/namespaces/tenant-${neighbour}`)).toBe(404);
    } else {
      expect(names.status).toBe(403);
      for (const path of [`namespaces/tenant-${neighbour}/pods`, 'namespaces/kube-system/pods', 'nodes', 'secrets'])
        expect(await statusOf(config, `/api/v1/${path}`), path).toBe(403);
    }
  });

  if (workspace === 'cluster') testOwnCluster(clients, tenant, async () => (await facts(tenant)).roleArn);
  if (workspace === 'vcluster') testVirtualCluster({ tenant, inside: () => kubeconfig(tenant), host: () => operator });
});

it('nobody is let into the place of another', async () => {
  for (const guest of placements) {
    for (const host of placements.filter(({ tenant }) => tenant !== guest.tenant)) {
      const config = presentedTo(kubeconfig(guest.tenant), kubeconfig(host.tenant));
      const home = host.workspace === 'vcluster' ? 'default' : `tenant-${host.tenant}`;
      const { status, text } = await request(config, 'GET', `/api/v1/namespaces/${home}/configmaps`);
      const known = guest.workspace === 'namespace' && host.workspace === 'namespace';
      // vcluster takes whom it does not know for nobody in particular; nobody in particular may do nothing.
      const refused = known || host.workspace === 'vcluster' ? 403 : 401;
      expect(status, `${guest.tier} in ${host.tier}: ${text}`).toBe(refused);
      if (status === 403) expect(text).toContain(known ? `tenantry-tenant-${guest.tenant}` : 'system:anonymous');
    }
  }
});

/** States of release-placement that a placement passes through. */
function releaseOrder({ account, workspace }: Place): string[] {
  return [
    workspace === 'vcluster' ? 'ReleaseVcluster' : 'ReleaseWorkspace',
    'ReleaseClusterAccess',
    ...(workspace === 'cluster' ? ['UnprotectCluster'] : []),
    'ReleaseCluster',
    'ReleaseFoundation',
    account === 'pooled' ? 'ReleaseAccount' : 'ReleaseDedicatedAccount',
  ];
}

describe('when all have left', () => {
  it('some after a month of grace', { timeout: 400_000 }, async () => {
    const tenants = placements.filter(({ leaves }) => leaves === 'deleted').map(({ tenant }) => tenant);
    await withoutSchedules(clients, async () => {
      await Promise.all(tenants.map((tenantId) => ask(clients, 'TenantDeletionRequested', { tenantId })));
      for (const tenant of tenants) {
        const stateNow = async () => (await registered(clients, tenant))?.['state'];
        await expect.poll(stateNow, { timeout: 300_000, interval: 500, message: tenant }).toBe('DEPROVISIONED');
      }
    });
    for (const tenant of tenants) {
      const { detail } = await bus.heard('TenantDeprovisioned', tenant);
      expect(detail.data.kept.export.objects, tenant).toBeGreaterThan(0);
    }
  });

  it('the others at once, the newest thing first', async () => {
    const leavers = placements.filter(({ leaves }) => leaves === 'released');
    const executions = await Promise.all(leavers.map(({ tenant }) => release(clients, tenant)));
    for (const [index, { status, error, cause, executionArn = '' }] of executions.entries()) {
      expect(`${status} ${error} ${cause}`).toBe('SUCCEEDED undefined undefined');
      const entered = await statesEntered(clients, executionArn);
      expect(entered.filter((state) => /^(Release(?!Resources)|Unprotect)/.test(state))).toEqual(
        releaseOrder(leavers[index] as Place),
      );
    }
  });

  it('the ledger of each says so', async () => {
    for (const { tenant } of placements)
      expect(new Set(Object.values(await ledger(clients, tenant))), tenant).toEqual(new Set(['DELETED']));
  });

  it('the platform’s account, its clusters and the machine are as before', async () => {
    for (const [tenant, mark] of marks) expect(await processesWith(mark), tenant).toEqual([]);
    await passSimulatedTime(clients, 5);
    operator = await operatorKubeConfig(clients);
    const after = await world(clients, operator);
    expect(after.filter((entry) => !before.includes(entry))).toEqual([]);
    expect(before.filter((entry) => !after.includes(entry))).toEqual([]);
  });

  it('the accounts of those who had one are in the pool, with what a fresh one has', async () => {
    const [fresh] = await filledPool(clients);
    const prepared = await accountInventory(endpoint, fresh?.accountId ?? '');
    for (const { tenant } of placements.filter(({ account }) => account === 'dedicated')) {
      const { accountId } = await facts(tenant);
      expect(await unitOf(endpoint, accountId), tenant).toBe('Pool');
      expect(await accountInventory(endpoint, accountId), tenant).toEqual(prepared);
    }
  });

  it('their kubeconfigs open nothing', async () => {
    for (const { tenant, workspace } of placements) {
      const answer = statusOf(kubeconfig(tenant), `/api/v1/namespaces/tenant-${tenant}/configmaps`);
      if (workspace === 'namespace') expect(await answer, tenant).toBe(401);
      else await expect(answer, tenant).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
    }
  });
});
