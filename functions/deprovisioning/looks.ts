import { DescribeAccessEntryCommand, ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import { controlPlaneLogGroup } from '../../tenancy/clusters/names.ts';
import type { LedgerEntry } from '../../tenancy/ledger.ts';
import { foundationStackName, type Placed, placementId, tenantRoleName } from '../../tenancy/names.ts';
import { namespaceName } from '../../tenancy/workspace/names.ts';
import { getAccount } from '../accounts/account-store.ts';
import { getCluster } from '../clusters/cluster-store.ts';
import { hasControlPlaneLogs, type Logs } from '../clusters/control-plane-logs.ts';
import { describeCluster } from '../clusters/ensure-eks-cluster.ts';
import { findTenantStack, type Stacks } from '../foundations/stack.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import type { Eks } from '../kubernetes/eks-account.ts';
import { readClaim } from '../networks/claims.ts';
import type { Table } from '../runtime/table.ts';
import { unlessGone } from '../suspension/unless-gone.ts';
import type { Look } from './sweep.ts';

/** The systems that the looks go to. */
export interface Systems {
  readonly table: Table;
  readonly platformAccountId: string;
  readonly iam: Pick<IAMClient, 'send'>;
  stacks(accountId: string): Stacks;
  eks(accountId: string): Eks;
  logs(accountId: string): Logs;
  /** Undefined for a cluster that does not exist. */
  kubernetes(clusterName: string, accountId: string): Promise<Kubernetes | undefined>;
}

/**
 * What the tenant may have: whatever its ledger ever named, and by their deterministic names what it would have if
 * the ledger had missed it, in every cluster that is given.
 */
export function looksFor(
  systems: Systems,
  tenantId: string,
  ledger: readonly LedgerEntry[],
  sharedClusters: readonly string[],
): Look[] {
  return [
    ...ledger.flatMap((entry) => looksAtEntry(systems, tenantId, entry)),
    ...generationsIn(ledger).flatMap((generation) =>
      looksAtPlacement(systems, { tenantId, generation }, ledger, sharedClusters),
    ),
  ];
}

/** Every placement the tenant has had; there is a first one even where the ledger says nothing. */
function generationsIn(ledger: readonly LedgerEntry[]): number[] {
  return [...new Set([1, ...ledger.map(({ generation }) => generation)])];
}

function looksAtPlacement(
  systems: Systems,
  placed: Placed,
  ledger: readonly LedgerEntry[],
  sharedClusters: readonly string[],
): Look[] {
  const entries = ledger.filter(({ generation }) => generation === placed.generation);
  return [
    ...clustersOf(systems, entries, sharedClusters).flatMap((cluster) => looksInCluster(systems, placed, cluster)),
    ...looksAtFoundation(systems, placed, ledger),
    {
      what: `network block of ${placementId(placed)}`,
      exists: async () => (await readClaim(systems.table, placed)) !== undefined,
    },
  ];
}

interface ClusterOf {
  name: string;
  accountId: string;
  roleArn: string;
}

function clustersOf(
  { platformAccountId }: Systems,
  ledger: readonly LedgerEntry[],
  sharedClusters: readonly string[],
): ClusterOf[] {
  const roleArn = ledger.find(({ attributes }) => attributes?.['roleArn'])?.attributes['roleArn'] ?? '';
  const clusters = new Map<string, ClusterOf>();
  for (const name of sharedClusters) clusters.set(name, { name, accountId: platformAccountId, roleArn });
  for (const { kind, name, attributes } of ledger)
    if (kind === 'cluster' || kind === 'cluster-access')
      clusters.set(name, { name, accountId: attributes?.['accountId'] ?? platformAccountId, roleArn });
  return [...clusters.values()];
}

function looksInCluster(systems: Systems, placed: Placed, { name, accountId, roleArn }: ClusterOf): Look[] {
  const namespace = namespaceName(placed);
  const eks = systems.eks(accountId);
  const looks: Look[] = [
    {
      what: `namespace ${namespace} in ${name}`,
      async exists() {
        const kubernetes = await systems.kubernetes(name, accountId);
        return (await kubernetes?.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace })) !== undefined;
      },
    },
    {
      what: `pod identity associations of ${namespace} in ${name}`,
      async exists() {
        const command = new ListPodIdentityAssociationsCommand({ clusterName: name, namespace });
        return ((await unlessGone(() => eks.send(command)))?.associations ?? []).length > 0;
      },
    },
  ];
  if (roleArn)
    looks.push({
      what: `access entry of ${roleArn} in ${name}`,
      async exists() {
        const command = new DescribeAccessEntryCommand({ clusterName: name, principalArn: roleArn });
        return (await unlessGone(() => eks.send(command))) !== undefined;
      },
    });
  return looks;
}

function looksAtEntry(systems: Systems, tenantId: string, entry: LedgerEntry): Look[] {
  const { kind, name, state, attributes } = entry;
  const recorded: Look = { what: `${kind} ${name} in the ledger`, exists: async () => state !== 'DELETED' };
  if (kind === 'cluster') return [recorded, ...clusterLooks(systems, tenantId, entry)];
  const accountName = attributes?.['accountName'];
  if (kind !== 'account' || !accountName) return [recorded];
  return [
    recorded,
    {
      what: `account ${accountName} of ${tenantId}`,
      async exists() {
        const account = await getAccount(systems.table, accountName);
        return account?.tenantId === tenantId;
      },
    },
  ];
}

/** A cluster of its own is gone, and with it what it logged; a shared one no longer counts the tenant. */
function clusterLooks(
  { eks, logs, table, platformAccountId }: Systems,
  tenantId: string,
  { name, generation, attributes }: LedgerEntry,
): Look[] {
  if (attributes?.['own']) {
    const accountId = attributes['accountId'] ?? platformAccountId;
    return [
      {
        what: `cluster ${name}`,
        exists: async () => (await describeCluster(eks(accountId), name)) !== undefined,
      },
      {
        what: `log group ${controlPlaneLogGroup(name)}`,
        exists: () => hasControlPlaneLogs(logs(accountId), name),
      },
    ];
  }
  const placed = { tenantId, generation };
  return [
    {
      what: `place of ${placementId(placed)} in ${name}`,
      exists: async () => (await getCluster(table, name))?.members.has(placementId(placed)) ?? false,
    },
  ];
}

/** In an account of its own they went with the cleaning of the account, which looks for itself. */
function looksAtFoundation(
  { stacks, iam, platformAccountId }: Systems,
  placed: Placed,
  ledger: readonly LedgerEntry[],
): Look[] {
  const stack = ledger.find((entry) => entry.kind === 'foundation' && entry.generation === placed.generation);
  if (stack && stack.attributes['accountId'] !== platformAccountId) return [];
  const stackName = foundationStackName(placed);
  const RoleName = tenantRoleName(placed);
  return [
    {
      what: `stack ${stackName}`,
      async exists() {
        const found = await findTenantStack(stacks(platformAccountId), stackName, placed.tenantId);
        return found !== undefined && found.StackStatus !== 'DELETE_COMPLETE';
      },
    },
    { what: `role ${RoleName}`, exists: () => hasRole(iam, RoleName) },
  ];
}

async function hasRole(iam: Pick<IAMClient, 'send'>, RoleName: string): Promise<boolean> {
  try {
    await iam.send(new GetRoleCommand({ RoleName }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchEntityException') return false;
    throw error;
  }
}
