import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockGroups, groupOf, overlap, subnetBits } from './blocks.ts';

const runs = { seed: 20261122, numRuns: 200 };
const pools = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 16, max: 24 }), fc.integer({ min: 0, max: 11 }))
  .map(([address, prefixLength, bits]) => ({
    cidr: `${[24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')}/${prefixLength - bits}`,
    prefixLength,
  }));

test('a pool is cut into blocks that lie in it, do not overlap, and fill it, whoever asks', () => {
  fc.assert(
    fc.property(pools, fc.string(), (pool, tenantId) => {
      const groups = [...blockGroups(pool, tenantId)];
      const blocks = groups.flatMap((group) => group.blocks);
      const wanted = 2 ** (pool.prefixLength - Number(pool.cidr.split('/')[1]));
      expect(blocks).toHaveLength(wanted);
      // Aligned blocks of one size overlap only if they are the same.
      expect(new Set(blocks).size).toBe(wanted);
      for (const block of blocks) expect(overlap(block, pool.cidr)).toBe(true);
      for (const { name, blocks: own } of groups) {
        expect(own.length).toBeLessThanOrEqual(256);
        for (const block of own) expect(groupOf(block)).toBe(name);
      }
    }),
    runs,
  );
});

test('neighbours do not overlap; parts do', () => {
  const { blocks = [] } = [...blockGroups({ cidr: '10.64.0.0/14', prefixLength: 20 }, 'acme')][0] ?? {};
  for (const one of blocks)
    for (const other of blocks) expect(overlap(one, other), `${one} ${other}`).toBe(one === other);
  expect(overlap('10.64.0.0/18', '10.64.16.0/20')).toBe(true);
});

test('a wider pool keeps its blocks in the groups they were recorded in', () => {
  fc.assert(
    fc.property(pools, fc.string(), (pool, tenantId) => {
      const [address, prefix] = pool.cidr.split('/');
      const wider = { ...pool, cidr: `${address}/${Number(prefix) - 1}` };
      const groupsOf = (one: typeof pool) =>
        new Map([...blockGroups(one, tenantId)].flatMap(({ name, blocks }) => blocks.map((block) => [block, name])));
      const after = groupsOf(wider);
      for (const [block, name] of groupsOf(pool)) expect(after.get(block)).toBe(name);
    }),
    { ...runs, numRuns: 50 },
  );
});

test('tenants begin at different blocks', () => {
  const pool = { cidr: '10.64.0.0/10', prefixLength: 20 };
  const firsts = new Set(
    Array.from({ length: 100 }, (_, index) => [...blockGroups(pool, `tenant-${index}`)][0]?.blocks[0]),
  );
  expect(firsts.size).toBeGreaterThan(80);
});

test('a block is divided into subnets that AWS takes', () => {
  expect(subnetBits('10.64.0.0/20')).toEqual({ privateBits: 10, publicBits: 8 });
  expect(subnetBits('10.64.0.0/24')).toEqual({ privateBits: 6, publicBits: 4 });
});

test.each(['10.64.0.0/33', '10.64.0/10', '10.256.0.0/10', 'fd00::/8'])('%s is no pool', (cidr) => {
  expect(() => [...blockGroups({ cidr, prefixLength: 20 }, 'acme')]).toThrow('is not an IPv4 range');
});

test('a pool smaller than a block is refused', () => {
  expect(() => [...blockGroups({ cidr: '10.64.0.0/24', prefixLength: 20 }, 'acme')]).toThrow('has no room');
});
