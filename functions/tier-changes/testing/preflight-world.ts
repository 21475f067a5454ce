import type { Placement } from '../../../events/placement.ts';
import { defaultVclusterSettings } from '../../../tenancy/vcluster/settings.ts';
import type { KubernetesObject } from '../../../tenancy/workspace/kubernetes-object.ts';
import { basicNumbers, type WorkspaceNumbers } from '../../../tenancy/workspace/numbers.ts';
import { type MemoryKubernetes, memoryKubernetes } from '../../kubernetes/memory-kubernetes.ts';
import type { Table } from '../../runtime/table.ts';
import type { PreflightWorld } from '../preflight.ts';
import type { PreflightRequest, Tiers } from '../preflight-request.ts';

/** The platform's account in tests of the pre-flight. */
export const PLATFORM = '111111111111';

const NAMESPACE: Placement = { account: 'pooled', workspace: 'namespace' };

/** A quota of the platform, counted. */
export function quota(name: 'tenant-compute' | 'tenant-objects', used: Record<string, string>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name }, spec: {}, status: { used } };
}

/** A world in which nothing is in the way; what a test is about takes the place of the default. */
export function emptyWorld(
  table: Table,
  changes: Partial<PreflightWorld> = {},
): PreflightWorld & { cluster: MemoryKubernetes } {
  const cluster = memoryKubernetes();
  const notFound = (text: string) => ({
    send: async () => {
      throw Object.assign(new Error(text), { name: 'ResourceNotFoundException' });
    },
  });
  return {
    cluster,
    table,
    platformAccountId: PLATFORM,
    vending: true,
    shared: {
      existing: [{ name: 'shared-1', capacity: 10, cpu: '20', memory: '64Gi' }],
      settings: { share: 1, spread: 'fullest' },
      addedName: (n) => `tenantry-shared-${n}`,
    },
    readWorkspace: async () => ({ quotas: [quota('tenant-compute', {}), quota('tenant-objects', {})], objects: [] }),
    sharedCluster: async () => cluster,
    countClusters: async () => 3,
    stacksIn: () => notFound('Stack with id x does not exist') as unknown as ReturnType<PreflightWorld['stacksIn']>,
    eksIn: () => notFound('No cluster found') as unknown as ReturnType<PreflightWorld['eksIn']>,
    ...changes,
  };
}

/** The tenant "acme", from a namespace in `shared-1`, if the changes do not say otherwise. */
export function change(
  how: PreflightRequest['how'],
  to: Placement = NAMESPACE,
  from: Placement = NAMESPACE,
): PreflightRequest {
  const own = from.workspace === 'cluster';
  return {
    tenantId: 'acme',
    how,
    from: {
      generation: 1,
      tier: 'standard',
      placement: from,
      accountId: from.account === 'dedicated' ? '222222222222' : PLATFORM,
      roleArn: `arn:aws:iam::${PLATFORM}:role/tenantry/tenants/tenantry-tenant-acme`,
      cluster: { name: own ? 'tenantry-tenant-acme' : 'shared-1', arn: 'arn', accountId: PLATFORM },
      namespace: 'tenant-acme',
    },
    to: { generation: how === 'moved' ? 2 : 1, tier: 'basic', placement: to },
  };
}

/** Both tiers: the old one twice as large, the new one with the default numbers unless the test says otherwise. */
export function tiers(wanted: Partial<WorkspaceNumbers> = {}, old: Partial<WorkspaceNumbers> = {}): Tiers {
  const tier = (workspace: WorkspaceNumbers) => ({ placement: NAMESPACE, monthlyBudgetUsd: 10, workspace });
  return {
    old: tier({ ...basicNumbers, ...old }),
    wanted: tier({ ...basicNumbers, ...wanted }),
    vclusters: defaultVclusterSettings,
  };
}
