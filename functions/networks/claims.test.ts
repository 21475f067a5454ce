import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { claimNetwork, releaseNetwork } from './claims.ts';

const pool = { cidr: '10.64.0.0/16', prefixLength: 20 };
let local: Awaited<ReturnType<typeof localTable>>;

beforeAll(async () => {
  local = await localTable();
});
afterAll(() => local.close());

const first = (tenantId: string) => ({ tenantId, generation: 1 });

/** Names of tenants are new in each test, so that all can share one table; the pool is emptied after each. */
let count = 0;
const tenants = (number: number) => Array.from({ length: number }, () => `tenant-${count++}`);

/** Who has which block, by the registry. */
async function taken(): Promise<Record<string, string>> {
  const { Items = [] } = await local.table.client.send(new ScanCommand({ TableName: local.table.name }));
  const groups = Items.filter(({ sk }) => String(sk).startsWith('GROUP#'));
  return Object.fromEntries(groups.flatMap(({ pk, sk, ...blocks }) => Object.entries(blocks)));
}

/** Claims until it is not disturbed by another invocation. */
async function claimed(tenantId: string, table: Table = local.table): Promise<string> {
  for (;;) {
    try {
      return await claimNetwork(table, pool, first(tenantId));
    } catch (error) {
      if (!(error instanceof Error) || !['AwsUnavailable', 'crash'].includes(error.name)) throw error;
    }
  }
}

/** A table whose writes are lost, before or after their effect, as often as the list says. */
function failing(faults: ('before' | 'after' | 'none')[]): Table {
  return {
    name: local.table.name,
    client: {
      async send(command: never) {
        const fault = faults.shift() ?? 'none';
        if (fault === 'before') throw Object.assign(new Error('lost'), { name: 'crash' });
        const answer = await local.table.client.send(command);
        if (fault === 'after') throw Object.assign(new Error('lost'), { name: 'crash' });
        return answer;
      },
    } as Table['client'],
  };
}

test('sixteen tenants at once fill the pool, each with one block; the next gets none until one is given back', async () => {
  const all = tenants(16);
  const blocks = await Promise.all(all.map((tenantId) => claimed(tenantId)));
  expect(new Set(blocks).size).toBe(16);
  const [late = ''] = tenants(1);
  await expect(claimNetwork(local.table, pool, first(late))).rejects.toMatchObject({ name: 'NetworkPoolExhausted' });
  await releaseNetwork(local.table, first(all[3] ?? ''));
  expect(await claimNetwork(local.table, pool, first(late))).toBe(blocks[3]);
  await Promise.all([...all, late].map((tenantId) => releaseNetwork(local.table, first(tenantId))));
  expect(await taken()).toEqual({});
});

test('each placement of a tenant has a block of its own', async () => {
  const [tenantId = ''] = tenants(1);
  const second = { tenantId, generation: 2 };
  const blocks = [await claimed(tenantId), await claimNetwork(local.table, pool, second)];
  expect(new Set(blocks).size).toBe(2);
  await releaseNetwork(local.table, first(tenantId));
  expect(Object.values(await taken())).toEqual([`${tenantId}--2`]);
  await releaseNetwork(local.table, second);
  expect(await taken()).toEqual({});
});

test('a tenant keeps its block, however often and at how many places it asks', async () => {
  const [tenantId = ''] = tenants(1);
  const blocks = await Promise.all(Array.from({ length: 8 }, () => claimed(tenantId)));
  expect(new Set([...blocks, await claimed(tenantId)]).size).toBe(1);
  expect(Object.values(await taken())).toEqual([tenantId]);
  await releaseNetwork(local.table, first(tenantId));
  await releaseNetwork(local.table, first(tenantId));
  expect(await taken()).toEqual({});
});

test('whatever is lost in whatever order, no block has two tenants, no tenant two blocks, and nothing stays', async () => {
  const fault = fc.constantFrom('before', 'after', 'none', 'none', 'none');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ faults: fc.array(fault, { maxLength: 8 }), twice: fc.boolean(), leaves: fc.boolean() }), {
        minLength: 1,
        maxLength: 12,
      }),
      async (plans) => {
        const names = tenants(plans.length);
        const results = await Promise.all(
          plans.map(async ({ faults, twice, leaves }, index) => {
            const tenantId = names[index] ?? '';
            const table = failing([...faults]);
            const [block] = await Promise.all([claimed(tenantId, table), ...(twice ? [claimed(tenantId)] : [])]);
            if (leaves) await releaseNetwork(local.table, first(tenantId));
            return leaves ? [] : [[block, tenantId]];
          }),
        );
        expect(await taken()).toEqual(Object.fromEntries(results.flat()));
        for (const tenantId of names) await releaseNetwork(local.table, first(tenantId));
        expect(await taken()).toEqual({});
      },
    ),
    { seed: 20261122, numRuns: 15 },
  );
});

test('blocks of another size would overlap: the pool is not cut twice', async () => {
  await claimNetwork(local.table, pool, first('first'));
  const other = { ...pool, prefixLength: 18 };
  await expect(claimNetwork(local.table, other, first('second'))).rejects.toMatchObject({ name: 'InvalidInput' });
  const wider = { ...pool, cidr: '10.64.0.0/12' };
  expect(await claimNetwork(local.table, wider, first('second'))).toMatch(/^10\.\d+\.\d+\.0\/20$/);
});
