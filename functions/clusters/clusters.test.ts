import { CreateLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateAccessEntryCommand,
  CreateClusterCommand,
  CreatePodIdentityAssociationCommand,
  DeleteClusterCommand,
  DescribeClusterCommand,
  ListAccessEntriesCommand,
  ListPodIdentityAssociationsCommand,
  UpdateClusterConfigCommand,
} from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatalogueError } from '../../tenancy/errors.ts';
import { createLedger, readLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';
import { type LocalEks, localEks, retried } from '../testing/local-eks.ts';
import { localTable } from '../testing/local-table.ts';
import { recordAddedCluster } from './cluster-store.ts';
import { hasControlPlaneLogs } from './control-plane-logs.ts';
import type { ClusterSpec } from './eks-cluster-spec.ts';
import { ensureAddedCluster, ensureTenantCluster } from './ensure-cluster.ts';
import { ensureClusterAccess } from './ensure-cluster-access.ts';
import { releaseTenantCluster } from './release-cluster.ts';
import { releaseClusterAccess } from './release-cluster-access.ts';

let table: Table;
let closeTable: () => Promise<void>;
let world: LocalEks;
let spec: ClusterSpec;
let principals: { administrators: string[]; members: string[] };
beforeAll(async () => {
  [{ table, close: closeTable }, world] = await Promise.all([localTable(), localEks()]);
  const [clusterRoleArn, nodeRoleArn, administrator, member] = await Promise.all([
    world.role('cluster', 'eks.amazonaws.com'),
    world.role('node', 'ec2.amazonaws.com'),
    world.role('baseline', 'lambda.amazonaws.com'),
    world.role('workspace', 'lambda.amazonaws.com'),
    world.role('tenant', 'pods.eks.amazonaws.com'),
  ]);
  spec = {
    name: 'tenantry-tenant-acme',
    accountId: '111111111111',
    subnetIds: ['subnet-0a', 'subnet-0b'],
    clusterRoleArn: clusterRoleArn ?? '',
    nodeRoleArn: nodeRoleArn ?? '',
    tags: { 'tenantry:tenant': 'acme' },
  };
  principals = { administrators: [administrator ?? ''], members: [member ?? ''] };
});
afterAll(async () => {
  await world.close();
  await closeTable();
});

const settings = { version: '1.35', publicAccessCidrs: ['203.0.113.0/24'] };
const operation = { tenantId: 'acme', operationId: 'operation-1', generation: 1 };
const waits = ['StillCreating', 'NotYetConsistent'];
const ledgerStates = async () => (await readLedger(table, 'acme')).map(({ kind, state }) => `${kind} ${state}`);

describe('a cluster of the tenant’s own', () => {
  const request = (changes: Partial<ClusterSpec> = {}, made = false) => ({
    spec: { ...spec, ...changes },
    settings,
    principals,
    made,
  });
  const ensure = (changes: Partial<ClusterSpec> = {}, made = false) =>
    ensureTenantCluster(world.eks, createLedger(table, operation), request(changes, made));

  it('is planned first, made once, and known to the functions of the platform', async () => {
    await expect(ensure()).rejects.toMatchObject({ name: expect.stringMatching(/StillCreating|NotYetConsistent/) });
    expect(await ledgerStates()).toEqual(['cluster PLANNED']);
    const facts = await retried(() => ensure(), waits);
    expect(facts).toMatchObject({ name: spec.name, accountId: '111111111111' });
    expect(await ensure()).toEqual(facts);
    expect(await ledgerStates()).toEqual(['cluster CREATED']);
    const { accessEntries = [] } = await world.eks.send(new ListAccessEntriesCommand({ clusterName: spec.name }));
    expect(accessEntries).toEqual(expect.arrayContaining([...principals.administrators, ...principals.members]));
  });

  it('is protected, audited, without hidden administrators, reachable from the allow-list only', async () => {
    const { cluster } = await world.eks.send(new DescribeClusterCommand({ name: spec.name }));
    expect(cluster).toMatchObject({
      deletionProtection: true,
      accessConfig: { authenticationMode: 'API' },
      upgradePolicy: { supportType: 'STANDARD' },
      resourcesVpcConfig: { publicAccessCidrs: ['203.0.113.0/24'] },
      computeConfig: { enabled: true },
    });
    expect(cluster?.logging?.clusterLogging).toContainEqual({
      types: ['api', 'audit', 'authenticator'],
      enabled: true,
    });
    const { accessEntries = [] } = await world.eks.send(new ListAccessEntriesCommand({ clusterName: spec.name }));
    expect(accessEntries.filter((arn) => arn.endsWith(':root'))).toEqual([]);
  });

  it('is not taken from somebody else', async () => {
    await expect(ensure({ tags: { 'tenantry:tenant': 'other' } })).rejects.toMatchObject({ name: 'ResourceNotOwned' });
    await expect(releaseTenantCluster(world, createLedger(table, operation), 'other', spec.name)).rejects.toMatchObject(
      { name: 'ResourceNotOwned' },
    );
  });

  it('is not made a second time, empty, when somebody deleted it', async () => {
    await expect(ensure({ name: 'lost' }, true)).rejects.toMatchObject({
      name: 'ClusterFailed',
      message: expect.stringContaining('lost in account 111111111111 was deleted by somebody else'),
    });
    await expect(world.eks.send(new DescribeClusterCommand({ name: 'lost' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('fails by name when EKS has no room for more', async () => {
    const full = {
      send: async (command: unknown) => {
        if (!(command instanceof CreateClusterCommand)) return world.eks.send(command as DescribeClusterCommand);
        throw Object.assign(new Error('limit'), { name: 'ResourceLimitExceededException' });
      },
    } as unknown as Parameters<typeof ensureTenantCluster>[0];
    const another = { name: 'another' };
    await expect(
      ensureTenantCluster(full, createLedger(table, { ...operation, tenantId: 'full' }), request(another)),
    ).rejects.toMatchObject({ name: 'NoClusterCapacity' });
  });
});

it('an added cluster that was there and is gone is not made again', async () => {
  const added = { ...spec, name: 'tenantry-shared-1', tags: { 'tenantry:installation': 'tenantry' } };
  await recordAddedCluster(table, added.name, 1);
  const ensure = () => ensureAddedCluster(table, world.eks, added, settings, principals);
  await retried(ensure, waits);
  await world.eks.send(new UpdateClusterConfigCommand({ name: added.name, deletionProtection: false }));
  await retried(
    () => world.eks.send(new DeleteClusterCommand({ name: added.name })),
    ['InvalidRequestException', 'ResourceInUseException'],
  );
  await retried(async () => {
    const error = await ensure().catch((thrown: Error) => thrown);
    if (!(error instanceof CatalogueError)) throw new Error('it is there again');
    if (error.name !== 'ClusterFailed') throw error;
  }, ['StillDeleting']);
});

describe('access of the tenant', () => {
  const access = (changes: object = {}) => ({
    ...operation,
    tier: 'enterprise',
    placement: { account: 'pooled', workspace: 'namespace' } as const,
    accountId: '111111111111',
    roleArn: 'arn:aws:iam::111111111111:role/tenant',
    bridgeRoleArn: 'arn:aws:iam::111111111111:role/node',
    cluster: { name: spec.name, arn: 'arn', accountId: '111111111111' },
    ...changes,
  });
  const associations = async () =>
    (await world.eks.send(new ListPodIdentityAssociationsCommand({ clusterName: spec.name }))).associations ?? [];
  const ledger = () => createLedger(table, operation);
  const release = (changes: object = {}) =>
    releaseClusterAccess(world.eks, ledger(), {
      tenantId: 'acme',
      clusterName: spec.name,
      roleArn: access().roleArn,
      namespace: 'tenant-acme',
      ...changes,
    });

  it('is an entry for its role and an association for its pods; twice is once; release removes both', async () => {
    for (let time = 0; time < 2; time++) await ensureClusterAccess(world.eks, ledger(), access());
    expect(await associations()).toMatchObject([{ namespace: 'tenant-acme', serviceAccount: 'tenant-workload' }]);
    for (let time = 0; time < 2; time++) await release();
    expect(await associations()).toEqual([]);
    const { accessEntries } = await world.eks.send(new ListAccessEntriesCommand({ clusterName: spec.name }));
    expect(accessEntries).not.toContain(access().roleArn);
  });

  it('in a virtual cluster leads nobody to the host', async () => {
    const placement = { account: 'pooled', workspace: 'vcluster' } as const;
    await ensureClusterAccess(world.eks, ledger(), access({ placement }));
    expect(await associations()).toMatchObject([{ serviceAccount: 'vc-workload-acme' }]);
    const { accessEntries } = await world.eks.send(new ListAccessEntriesCommand({ clusterName: spec.name }));
    expect(accessEntries).not.toContain(access().roleArn);
    await release();
  });

  it('leaves alone what belongs to others', async () => {
    const principalArn = access().roleArn;
    await world.eks.send(new CreateAccessEntryCommand({ clusterName: spec.name, principalArn }));
    await expect(ensureClusterAccess(world.eks, ledger(), access())).rejects.toMatchObject({
      name: 'ResourceNotOwned',
    });
    await world.eks.send(
      new CreatePodIdentityAssociationCommand({
        clusterName: spec.name,
        namespace: 'tenant-acme',
        serviceAccount: 'default',
        roleArn: principalArn,
      }),
    );
    await expect(release()).rejects.toMatchObject({ name: 'ResourceNotOwned' });
  });
});

/** What EKS writes into, beside groups that nearly have its name, sorted. */
async function logGroups(clusterName: string): Promise<{ controlPlane: string; others: string[] }> {
  const controlPlane = `/aws/eks/${clusterName}/cluster`;
  const others = [`/aws/eks/${clusterName}--2/cluster`, '/aws/eks/shared-1/cluster'];
  for (const logGroupName of [controlPlane, ...others])
    await world.logs.send(new CreateLogGroupCommand({ logGroupName })).catch((error: Error) => {
      if (error.name !== 'ResourceAlreadyExistsException') throw error;
    });
  const { logGroups: found = [] } = await world.logs.send(new DescribeLogGroupsCommand({}));
  const names = found.map(({ logGroupName = '' }) => logGroupName);
  return { controlPlane, others: names.filter((name) => name !== controlPlane).sort() };
}

it('a released cluster is gone, protection and access first and its logs last; again is a success', async () => {
  const release = () => releaseTenantCluster(world, createLedger(table, operation), 'acme', spec.name);
  const { controlPlane, others } = await logGroups(spec.name);
  await expect(release()).rejects.toMatchObject({ name: 'StillDeleting' });
  expect(await hasControlPlaneLogs(world.logs, spec.name), 'while it is being deleted it writes').toBe(true);
  await retried(release, ['StillDeleting']);
  await release();
  const { logGroups: left = [] } = await world.logs.send(new DescribeLogGroupsCommand({}));
  expect(left.map(({ logGroupName }) => logGroupName).sort()).toEqual(others);
  expect(others).not.toContain(controlPlane);
  await expect(world.eks.send(new DescribeClusterCommand({ name: spec.name }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  expect(await ledgerStates()).toContain('cluster DELETED');
});
