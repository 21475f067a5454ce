import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTenant } from '../operations/tenant-registry.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { cancelDeletion } from './cancel-deletion.ts';
import { commitDeletion } from './commit-deletion.ts';
import { after, before, owner, pending, waker } from './testing/pending-deletion.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

describe('the end of the grace period', () => {
  it('is not before its time, and there is no way back after it', async () => {
    const operation = await pending(table, 'ends');
    const { woken, wakeUp } = waker();
    expect(await commitDeletion(table, operation, before)).toBe('pending');
    expect(await commitDeletion(table, operation, after)).toBe('committed');
    expect(await commitDeletion(table, operation, after)).toBe('committed');
    const cancel = cancelDeletion(table, { tenantId: 'ends', owner, eventId: 'cancel-1' }, wakeUp);
    await expect(cancel).rejects.toMatchObject({ name: 'TenantStateConflict' });
    expect(woken).toEqual([]);
    expect(await getTenant(table, 'ends')).toMatchObject({ state: 'DEPROVISIONING' });
  });

  it('or a cancellation: whichever is written first holds, whatever order they come in', async () => {
    for (let round = 0; round < 12; round++) {
      const operation = await pending(table, `race-${round}`);
      const cancel = { tenantId: operation.tenantId, owner, eventId: 'cancel-1' };
      const [cancelled, committed] = await Promise.all([
        cancelDeletion(table, cancel, waker().wakeUp).then(
          () => true,
          () => false,
        ),
        commitDeletion(table, operation, after),
      ]);
      expect(committed).toBe(cancelled ? 'cancelled' : 'committed');
    }
  });

  it('is nothing to an operation that was superseded', async () => {
    const operation = await pending(table, 'superseded');
    const other = commitDeletion(table, { ...operation, operationId: 'another' }, after);
    await expect(other).rejects.toMatchObject({ name: 'OperationSuperseded' });
  });
});
