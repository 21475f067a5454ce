import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WakeUp } from '../operations/gate.ts';
import { getTenant, updateTenant } from '../operations/tenant-registry.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { cancelDeletion } from './cancel-deletion.ts';
import { commitDeletion } from './commit-deletion.ts';
import { after, owner, pending, waker } from './testing/pending-deletion.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

describe('a cancellation', () => {
  const cancel = (tenantId: string, wakeUp: WakeUp, over: { owner?: string; eventId?: string } = {}) =>
    cancelDeletion(table, { tenantId, owner, eventId: 'cancel-1', ...over }, wakeUp);

  it('wakes who waits, and comes twice as once', async () => {
    const operation = await pending(table, 'cancelled');
    const { woken, wakeUp } = waker();
    expect(await cancel('cancelled', wakeUp)).toBe('cancelled');
    expect(await cancel('cancelled', wakeUp)).toBe('duplicate');
    expect(new Set(woken)).toEqual(new Set(['token-deletion-1']));
    expect(await commitDeletion(table, operation, after)).toBe('cancelled');
  });

  it('that is replayed cancels no later deletion', async () => {
    const operation = await pending(table, 'replayed');
    const { woken, wakeUp } = waker();
    await cancel('replayed', wakeUp);
    await updateTenant(table, operation, 'READY');
    expect(await cancel('replayed', wakeUp)).toBe('duplicate');
    await pending(table, 'replayed', 'deletion-2');
    expect(await cancel('replayed', wakeUp)).toBe('duplicate');
    expect(await getTenant(table, 'replayed')).not.toHaveProperty('cancelledBy');
    expect(woken).toEqual(['token-deletion-1']);
    expect(await cancel('replayed', wakeUp, { eventId: 'cancel-2' })).toBe('cancelled');
  });

  it('is refused to others, and where there is nothing to cancel', async () => {
    const operation = await pending(table, 'refused');
    const { woken, wakeUp } = waker();
    await expect(cancel('refused', wakeUp, { owner: 'saas.rival' })).rejects.toMatchObject({ name: 'TenantNotOwned' });
    await expect(cancel('nobody', wakeUp)).rejects.toMatchObject({ name: 'TenantUnknown' });
    await updateTenant(table, operation, 'READY');
    await expect(cancel('refused', wakeUp)).rejects.toMatchObject({ name: 'TenantStateConflict' });
    expect(woken).toEqual([]);
  });
});
