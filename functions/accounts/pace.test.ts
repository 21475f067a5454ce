import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RATES } from '../../tenancy/accounts/limits.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { reserve } from './pace.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

describe('reserve', () => {
  it('gives the burst at once and the rest at the rate, whoever asks in whatever order', async () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const times = await Promise.all(Array.from({ length: 20 }, () => reserve(table, 'CreateAccount', now)));
    const seconds = times.map((time) => (time.getTime() - now) / 1_000).sort((a, b) => a - b);
    const { burst, perSecond } = RATES.CreateAccount;
    expect(seconds).toEqual(Array.from({ length: 20 }, (_, place) => Math.max(0, place - burst + 1) / perSecond));
  });

  it('fills the bucket up again, and no further than its burst', async () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    await reserve(table, 'MoveAccount', now);
    const later = now + 3_600_000;
    const waits = [];
    for (let call = 0; call < 4; call++) waits.push((await reserve(table, 'MoveAccount', later)).getTime() - later);
    const { burst, perSecond } = RATES.MoveAccount;
    const expected = [0, 1, 2, 3].map((place) => Math.floor((Math.max(0, place - burst + 1) / perSecond) * 1_000));
    expect(waits).toEqual(expected);
  });
});
