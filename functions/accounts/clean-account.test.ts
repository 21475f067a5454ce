import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanAccount } from './clean-account.ts';
import { cleaningBench, LIMITS } from './testing/cleaning-bench.ts';

let bench: Awaited<ReturnType<typeof cleaningBench>>;
beforeAll(async () => {
  bench = await cleaningBench();
});
afterAll(() => bench.close());

describe('cleaning of an account', () => {
  it('goes through quarantine back to the pool, for the same tenant only, after scans in a row that found nothing', async () => {
    const one = await bench.claimed();
    one.left = 3;
    await bench.cleaning(one, bench.world());
    expect(one.scans).toEqual([3, 2, 1, 0, 0]);
    const { account, ...rest } = await bench.stateOf(one);
    expect(rest).toEqual({ place: 'pool', tags: ['tenantry:managed-by'], ledger: 'DELETED' });
    expect(account).toMatchObject({
      state: 'AVAILABLE',
      previousTenant: one.tenantId,
      cleanScans: 2,
      dirtyScans: 3,
    });
    expect(account).not.toHaveProperty('tenantId');
    expect(account).not.toHaveProperty('reservedFor');
  });

  it('begins to count again when a later scan finds something', async () => {
    const one = await bench.claimed();
    const found = [1, 0, 2, 0, 0];
    Object.defineProperty(one, 'left', { get: () => found[one.scans.length], set: () => undefined });
    await bench.cleaning(one, bench.world());
    expect(one.scans).toEqual(found);
  });

  it('leaves what resists in quarantine, with its name, and the tenant without an account', async () => {
    const one = await bench.claimed();
    one.gone = 0;
    await bench.cleaning(one, bench.world());
    expect(one.scans).toHaveLength(LIMITS.dirtyScans + 1);
    const { account, place, ledger } = await bench.stateOf(one);
    expect({ place, ledger }).toEqual({ place: 'quarantine', ledger: 'DELETED' });
    expect(account).toMatchObject({
      state: 'QUARANTINED',
      previousTenant: one.tenantId,
      resisting: ['bucket locked (global): AccessDenied'],
      reason: '4 scans found something that could not be removed',
    });
  });

  it('takes one that was claimed and never entered out of the pool first', async () => {
    const one = await bench.claimed('pool');
    await bench.cleaning(one, bench.world());
    expect((await bench.stateOf(one)).place).toBe('pool');
    expect(one.scans).toEqual([1, 0, 0]);
  });

  it.each(['VENDED', 'AVAILABLE'] as const)('only takes the reservation from one that is %s', async (state) => {
    const one = await bench.claimed('pool', { state, tenantId: undefined as never });
    await bench.cleaning(one, bench.world());
    const { account, ledger } = await bench.stateOf(one);
    expect({ state: account?.state, ledger, scans: one.scans }).toEqual({ state, ledger: 'DELETED', scans: [] });
    expect(account).not.toHaveProperty('reservedFor');
  });

  it('does not touch the account of another tenant', async () => {
    const one = await bench.claimed();
    const thief = { ...one, tenantId: 'thief', scans: [] };
    await bench.cleaning(thief, bench.world());
    expect(thief.scans).toEqual([]);
    expect((await bench.stateOf(one)).account).toMatchObject({ state: 'CLAIMED', tenantId: one.tenantId });
    const step = { registry: bench.organization.table, organization: bench.organization.clients, limits: LIMITS };
    const scan = async () => ({ found: 0, remaining: [] });
    await expect(cleanAccount({ ...step, scan, now: bench.organization.now }, thief)).rejects.toMatchObject({
      name: 'ResourceNotOwned',
    });
  });

  it('comes to one end when two clean it at once', async () => {
    const one = await bench.claimed();
    one.left = 2;
    const outcomes = await Promise.allSettled([bench.cleaning(one, bench.world()), bench.cleaning(one, bench.world())]);
    expect(outcomes.map(({ status }) => status)).toContain('fulfilled');
    await bench.cleaning(one, bench.world());
    expect((await bench.stateOf(one)).account).toMatchObject({ state: 'AVAILABLE', previousTenant: one.tenantId });
    expect(one.left).toBe(0);
  });
});
