import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Kubernetes } from '../../functions/kubernetes/client.ts';
import type { Table } from '../../functions/runtime/table.ts';
import { localTable } from '../../functions/testing/local-table.ts';
import { checkTierChange } from '../../functions/tier-changes/check-tier-change.ts';
import type { PreflightWorld } from '../../functions/tier-changes/preflight.ts';
import { change, emptyWorld, tiers } from '../../functions/tier-changes/testing/preflight-world.ts';
import { listTenantObjects } from '../../functions/transfer/list-tenant-objects.ts';
import { readableBy } from '../../functions/transfer/readable.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { ensureNamespace } from '../../functions/workspaces/ensure-namespace.ts';
import { looserNumbers } from '../../tenancy/tier-changes/looser-numbers.ts';
import { groupName, platformGroup } from '../../tenancy/workspace/names.ts';
import { basicNumbers, type WorkspaceNumbers } from '../../tenancy/workspace/numbers.ts';
import { eventually } from './eventually.ts';
import { startTestCluster, type TestCluster } from './test-cluster.ts';

/** A pre-flight against a real control plane: quotas that its controller counts, pods that its controllers make, its RBAC. */
let cluster: TestCluster;
let platform: Kubernetes;
let tenant: Kubernetes;
let table: Table;
let close: () => Promise<void>;

const namespace = 'tenant-acme';
const large: WorkspaceNumbers = {
  ...basicNumbers,
  compute: { ...basicNumbers.compute, 'requests.cpu': '8', 'limits.cpu': '8' },
  priorityClasses: ['tenantry-low', 'tenantry-high'],
};

beforeAll(async () => {
  ({ table, close } = await localTable());
  cluster = await startTestCluster();
  await eventually(() => ensureClusterBaseline({ kubernetes: cluster.administrator }));
  platform = cluster.client('platform-role', [platformGroup]);
  tenant = cluster.client('acme-role', [groupName('acme', 'admin')]);
  await eventually(() => ensureNamespace({ kubernetes: platform }, workspace('standard', large)));
});

afterAll(async () => {
  await cluster?.stop();
  await close?.();
});

const workspace = (tier: string, numbers: WorkspaceNumbers) => ({ tenantId: 'acme', generation: 1, tier, numbers });

/** A pod as a tenant should write it, that takes so many cores. */
function podSpec(cpu: string, priorityClassName?: string) {
  const app = {
    name: 'app',
    image: 'public.ecr.aws/acme/app:1',
    imagePullPolicy: 'Always',
    resources: { requests: { cpu, memory: '64Mi' }, limits: { cpu, memory: '64Mi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
  return { ...(priorityClassName && { priorityClassName }), securityContext, containers: [app] };
}

function web(replicas: number) {
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: podSpec('1') };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: { replicas, selector: { matchLabels: labels }, template },
  };
}

function pod(name: string, cpu: string, priorityClassName: string) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: podSpec(cpu, priorityClassName) };
}

/** The world as the function sees it: quotas as the platform, objects as the tenant. */
function world(): PreflightWorld {
  return emptyWorld(table, {
    readWorkspace: async (_request, place) => ({
      quotas: await platform.list({ apiVersion: 'v1', kind: 'ResourceQuota' }, { namespace }),
      objects: await listTenantObjects(readableBy(tenant), place),
    }),
  });
}

async function used(resource: string): Promise<string | undefined> {
  const quota = await platform.get({ apiVersion: 'v1', kind: 'ResourceQuota', name: 'tenant-compute', namespace });
  return (quota?.status as { used?: Record<string, string> } | undefined)?.used?.[resource];
}

async function counted(cores: string): Promise<void> {
  await eventually(async () => {
    expect(await used('requests.cpu')).toBe(cores);
  });
}

async function versions(): Promise<string[]> {
  const objects = await listTenantObjects(cluster.administrator, { kind: 'namespace', namespace });
  return objects
    .filter(({ kind }) => kind !== 'Event')
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion}`)
    .sort();
}

test('what is in use on a real control plane is refused by the smaller tier, and nothing is touched', async () => {
  await tenant.apply(web(3));
  await tenant.apply(pod('batch', '100m', 'tenantry-high'));
  await counted('3100m');
  const before = await versions();
  await expect(checkTierChange(world(), change('in-place'), tiers())).rejects.toMatchObject({
    name: 'TierChangeRefused',
    message:
      '"acme" cannot change to the tier "basic" (pooled account, namespace), 2 obstacles: ' +
      'requests.cpu: 3100m in use, 2 allowed: shrink it by 1100m; ' +
      'Pod tenant-acme/batch: it names the priority class tenantry-high, allowed are tenantry-low.',
  });
  expect(await versions()).toEqual(before);
});

test('what the refusal says is what has to be done', async () => {
  await tenant.apply(web(2));
  await tenant.delete({ apiVersion: 'v1', kind: 'Pod', name: 'batch', namespace });
  await counted('2');
  expect(await checkTierChange(world(), change('in-place'), tiers())).toBe(0);
});

test('loosened, the workspace admits what either tier admits; tightened, what the new one does; what runs stays', async () => {
  await ensureNamespace({ kubernetes: platform }, workspace('standard', looserNumbers(large, basicNumbers)));
  // More than the new tier has, and a class that it does not.
  await tenant.apply(pod('late', '1', 'tenantry-high'));
  await counted('3');
  await eventually(() => ensureNamespace({ kubernetes: platform }, workspace('basic', basicNumbers)));
  await counted('3');
  expect(await cluster.administrator.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace })).toHaveLength(3);
  // Policies read the namespace from a cache that is a moment behind.
  await eventually(() =>
    expect(tenant.tryCreate(pod('later', '10m', 'tenantry-high'))).rejects.toThrow(/priorityClassName/),
  );
  await expect(tenant.tryCreate(pod('latest', '10m', 'tenantry-low'))).rejects.toThrow(/exceeded quota/);
});
