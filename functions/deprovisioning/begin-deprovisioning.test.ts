import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTenant } from '../operations/tenant-registry.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { beginDeprovisioning } from './begin-deprovisioning.ts';
import { owner, ready } from './testing/pending-deletion.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

/** What the tiers of the installation say. */
const graceDays: Record<string, number | undefined> = { trial: 3, none: 0, basic: undefined };

const enteredAt = '2026-11-22T10:00:00.000Z';

const begin = (tenantId: string, asked: { immediate?: boolean; enteredAt?: string } = {}) =>
  beginDeprovisioning(table, (tier) => graceDays[tier], {
    tenantId,
    operationId: 'deletion-1',
    executionArn: 'arn:2',
    correlationId: 'deletion-1',
    owner,
    immediate: false,
    enteredAt,
    ...asked,
  });

describe('the grace period of a deletion', () => {
  it.each([
    ['as long as the tier says', 'trial', false, '2026-11-25T10:00:00.000Z'],
    ['none where the tier says none', 'none', false, enteredAt],
    ['thirty days where the tier says nothing', 'basic', false, '2026-12-22T10:00:00.000Z'],
    ['none for a deletion that is asked for at once', 'trial', true, enteredAt],
  ])('is %s', async (what, tier, immediate, graceEndsAt) => {
    const tenantId = what.replaceAll(' ', '-').slice(0, 20) + (immediate ? '-now' : '');
    await ready(table, tenantId, tier);
    expect(await begin(tenantId, { immediate })).toEqual({ tier, suspensionId: 'deletion-1', graceEndsAt });
    expect(await getTenant(table, tenantId)).toMatchObject({ state: 'DELETION_PENDING', graceEndsAt });
  });

  it('does not begin anew with a step that is tried again later', async () => {
    await ready(table, 'again', 'trial');
    const { graceEndsAt } = await begin('again');
    expect(await begin('again', { enteredAt: '2026-11-24T00:00:00.000Z' })).toMatchObject({ graceEndsAt });
  });
});
