import {
  CreateAccessEntryCommand,
  DeleteAccessEntryCommand,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
} from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedger, readLedger } from '../operations/ledger-store.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { type Eks, ensureClusterAccess } from './ensure-cluster-access.ts';
import { releaseClusterAccess } from './release-cluster-access.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

const failure = (name: string) => Object.assign(new Error(name), { name });

/** EKS with clusters in given states, and access entries by cluster and role with their tags. */
function fakeEks(statuses: Record<string, string>, entries: Record<string, Record<string, string>> = {}) {
  const client = {
    async send(command: unknown) {
      const { input } = command as {
        input: { name: string; clusterName: string; principalArn: string; tags: Record<string, string> };
      };
      const key = `${input.clusterName} ${input.principalArn}`;
      if (command instanceof DescribeClusterCommand)
        return { cluster: { name: input.name, arn: `arn:${input.name}`, status: statuses[input.name] } };
      if (command instanceof CreateAccessEntryCommand) {
        if (entries[key]) throw failure('ResourceInUseException');
        entries[key] = input.tags;
        return {};
      }
      if (!entries[key]) throw failure('ResourceNotFoundException');
      if (command instanceof DescribeAccessEntryCommand) return { accessEntry: { tags: entries[key] } };
      if (command instanceof DeleteAccessEntryCommand) delete entries[key];
      return {};
    },
  } as unknown as Eks;
  return { client, entries };
}

const request = (tenantId: string) => ({
  tenantId,
  tier: 'basic',
  operationId: 'operation-1',
  roleArn: `arn:role/${tenantId}`,
});
const shared = [
  { name: 'small', capacity: 1 },
  { name: 'large', capacity: 10 },
];

describe('ensureClusterAccess', () => {
  it('fills the first cluster, then the next, and twice is once', async () => {
    const { client, entries } = fakeEks({ small: 'ACTIVE', large: 'ACTIVE' });
    const ensure = (tenantId: string) =>
      ensureClusterAccess(client, table, createLedger(table, request(tenantId)), shared, request(tenantId));
    expect(await ensure('first')).toEqual({ name: 'small', arn: 'arn:small' });
    expect(await ensure('second')).toEqual({ name: 'large', arn: 'arn:large' });
    expect(await ensure('second')).toEqual({ name: 'large', arn: 'arn:large' });
    expect(Object.keys(entries)).toEqual(['small arn:role/first', 'large arn:role/second']);
    const ledger = await readLedger(table, 'second');
    expect(ledger.map(({ name, state }) => `${name} ${state}`).sort()).toEqual(['large CREATED', 'small DELETED']);
  });

  it('names its errors: no room, a cluster on its way, somebody else’s entry', async () => {
    const ensure = (eks: Eks, tenantId: string, clusters = shared) =>
      ensureClusterAccess(eks, table, createLedger(table, request(tenantId)), clusters, request(tenantId));
    await expect(ensure(fakeEks({}).client, 'third', shared.slice(0, 1))).rejects.toMatchObject({
      name: 'NoClusterCapacity',
    });
    await expect(ensure(fakeEks({ large: 'CREATING' }).client, 'fourth')).rejects.toMatchObject({
      name: 'StillCreating',
    });
    const foreign = fakeEks({ large: 'ACTIVE' }, { 'large arn:role/fifth': { 'tenantry:tenant': 'other' } });
    await expect(ensure(foreign.client, 'fifth')).rejects.toMatchObject({ name: 'ResourceNotOwned' });
  });
});

describe('releaseClusterAccess', () => {
  it('removes the entry and the place; again is a success; somebody else’s entry stays', async () => {
    const { client, entries } = fakeEks(
      { large: 'ACTIVE' },
      {
        'large arn:role/gone': { 'tenantry:tenant': 'gone' },
        'large arn:role/foreign': { 'tenantry:tenant': 'other' },
      },
    );
    const release = (tenantId: string) =>
      releaseClusterAccess(client, table, createLedger(table, request(tenantId)), {
        tenantId,
        clusterName: 'large',
        roleArn: `arn:role/${tenantId}`,
      });
    await release('gone');
    await release('gone');
    expect(Object.keys(entries)).toEqual(['large arn:role/foreign']);
    await expect(release('foreign')).rejects.toMatchObject({ name: 'ResourceNotOwned' });
  });
});
