import { operationOf } from '../../../tenancy/operations.ts';
import { beginOperation } from '../../operations/begin-operation.ts';
import type { WakeUp } from '../../operations/gate.ts';
import { getTenant, registerTenant, updateTenant } from '../../operations/tenant-registry.ts';
import type { Table } from '../../runtime/table.ts';

export const owner = 'saas.shop';
const graceEndsAt = '2026-12-22T00:00:00.000Z';
/** A second to either side of the grace period's end. */
export const [before, after] = [new Date('2026-12-21T23:59:59Z'), new Date('2026-12-22T00:00:01Z')];

/** A tenant that is ready. */
export async function ready(table: Table, tenantId: string, tier = 'basic'): Promise<void> {
  const at = '2026-11-22T00:00:00.000Z';
  const onboarding = { tenantId, operationId: 'onboarding', executionArn: 'arn:1', correlationId: 'onboarding' };
  await registerTenant(table, {
    ...onboarding,
    generation: 1,
    owner,
    state: 'ONBOARDING',
    tier,
    placement: { account: 'pooled', workspace: 'namespace' },
    createdAt: at,
    updatedAt: at,
  });
  await updateTenant(table, onboarding, 'READY');
}

/** A tenant whose deletion is pending, with an execution that waits. */
export async function pending(
  table: Table,
  tenantId: string,
  operationId = 'deletion-1',
): Promise<{ tenantId: string; operationId: string }> {
  const operation = { tenantId, operationId };
  if (!(await getTenant(table, tenantId))) await ready(table, tenantId);
  await beginOperation(table, operationOf('deprovision'), {
    ...operation,
    executionArn: 'arn:2',
    correlationId: operationId,
    owner,
  });
  await updateTenant(table, operation, 'DELETION_PENDING', { graceEndsAt, graceToken: `token-${operationId}` });
  return operation;
}

/** Remembers whom it woke. */
export function waker(): { woken: string[]; wakeUp: WakeUp } {
  const woken: string[] = [];
  return {
    woken,
    async wakeUp(token) {
      woken.push(token);
      return 'woken';
    },
  };
}
