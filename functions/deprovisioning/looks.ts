import { DescribeAccessEntryCommand, ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { LedgerEntry } from '../../tenancy/ledger.ts';
import { foundationStackName, tenantRoleName } from '../../tenancy/names.ts';
import { namespaceName } from '../../tenancy/workspace/names.ts';
import { getAccount } from '../accounts/account-store.ts';
import { getCluster } from '../clusters/cluster-store.ts';
import { describeCluster } from '../clusters/ensure-eks-cluster.ts';
import { findTenantStack, type Stacks } from '../foundations/stack.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import type { Eks } from '../kubernetes/eks-account.ts';
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
    ...clustersOf(systems, ledger, sharedClusters).flatMap((cluster) => looksInCluster(systems, tenantId, cluster)),
    ...looksAtFoundation(systems, tenantId, ledger),
    {
      what: `network block of ${tenantId}`,
      exists: () => hasItem(systems.table, { pk: `TENANT#${tenantId}`, sk: 'NETWORK' }),
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

function looksInCluster(systems: Systems, tenantId: string, { name, accountId, roleArn }: ClusterOf): Look[] {
  const namespace = namespaceName(tenantId);
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
  if (kind === 'cluster') return [recorded, clusterLook(systems, tenantId, entry)];
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

/** A cluster of its own is gone; a shared one no longer counts the tenant. */
function clusterLook(
  { eks, table, platformAccountId }: Systems,
  tenantId: string,
  { name, attributes }: LedgerEntry,
): Look {
  if (attributes?.['own'])
    return {
      what: `cluster ${name}`,
      exists: async () =>
        (await describeCluster(eks(attributes['accountId'] ?? platformAccountId), name)) !== undefined,
    };
  return {
    what: `place of ${tenantId} in ${name}`,
    exists: async () => (await getCluster(table, name))?.members.has(tenantId) ?? false,
  };
}

/** In an account of its own they went with the cleaning of the account, which looks for itself. */
function looksAtFoundation(
  { stacks, iam, platformAccountId }: Systems,
  tenantId: string,
  ledger: readonly LedgerEntry[],
): Look[] {
  const elsewhere = ledger.some(({ kind, name }) => kind === 'account' && name === 'dedicated');
  if (elsewhere) return [];
  const stackName = foundationStackName(tenantId);
  const RoleName = tenantRoleName(tenantId);
  return [
    {
      what: `stack ${stackName}`,
      async exists() {
        const stack = await findTenantStack(stacks(platformAccountId), stackName, tenantId);
        return stack !== undefined && stack.StackStatus !== 'DELETE_COMPLETE';
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

async function hasItem(table: Table, key: { pk: string; sk: string }): Promise<boolean> {
  const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: key, ConsistentRead: true }));
  return Item !== undefined;
}
