import { CreateAccessEntryCommand, CreatePodIdentityAssociationCommand } from '@aws-sdk/client-eks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MadePlacement } from '../../tenancy/tenant.ts';
import type { Eks } from '../kubernetes/eks-account.ts';
import { createLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { restoreAccess } from './tenant-access.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

const accountId = '111111111111';
const operation = { tenantId: 'acme', operationId: 'operation-9' };
const roleOf = (generation: number) => `arn:aws:iam::${accountId}:role/tenantry/tenants/placement-${generation}`;

it('gives each placement its access back as its own tier has it: the one that is kept as it was left', async () => {
  for (const [generation, workspace] of [
    [1, 'namespace'],
    [2, 'vcluster'],
  ] as const) {
    const ledger = createLedger(table, { ...operation, generation });
    const where = { clusterName: 'shared-1', clusterAccountId: accountId };
    await ledger.created('workspace', `tenant-acme-${generation}`, { ...where, workspace });
    await ledger.created('cluster-access', 'shared-1', { accountId, roleArn: roleOf(generation), clusterArn: 'arn' });
  }
  const sent: unknown[] = [];
  const eks = { send: async (command: unknown) => sent.push(command) && {} } as unknown as Eks;
  const previous = { generation: 1, tier: 'basic' } as MadePlacement & { keptUntil: string };
  const tenant = { tier: 'standard', placement: { account: 'pooled', workspace: 'vcluster' }, previous } as const;
  await restoreAccess(table, () => eks, operation, tenant, 'arn:bridge');

  const entries = sent.flatMap((command) => (command instanceof CreateAccessEntryCommand ? [command.input] : []));
  // The people of a virtual cluster have no access to the host.
  expect(entries.map(({ principalArn, tags }) => [principalArn, tags?.['tenantry:tier']])).toEqual([
    [roleOf(1), 'basic'],
  ]);
  const pods = sent.flatMap((each) => (each instanceof CreatePodIdentityAssociationCommand ? [each.input] : []));
  expect(pods.map(({ roleArn, namespace, tags }) => [roleArn, namespace, tags?.['tenantry:tier']])).toEqual([
    [roleOf(1), 'tenant-acme', 'basic'],
    [roleOf(2), 'tenant-acme--2', 'standard'],
  ]);
});
