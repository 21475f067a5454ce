import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { operationOf } from '../../tenancy/operations.ts';
import { currentPlacement, type LeftPlacement, type MadePlacement, type Tenant } from '../../tenancy/tenant.ts';
import { type Beginning, beginOperation } from '../operations/begin-operation.ts';
import { getTenant, updateTenant } from '../operations/tenant-registry.ts';
import { step, stepInput } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { madePlacement } from './placements.ts';

/**
 * The reversal is the tenant's current operation. Returns where the tenant lives and where it lived. Throws what `beginOperation` throws,
 * and `NothingToReverse` when the placement that was left is not kept; nothing is changed then.
 */
export async function beginReversal(
  table: Table,
  asked: Beginning,
): Promise<{ from: MadePlacement; to: MadePlacement }> {
  const before = await getTenant(table, asked.tenantId);
  if (before?.owner === asked.owner && !kept(before) && before.operationId !== asked.operationId) throw nothing(before);
  const tenant = await beginOperation(table, operationOf('reverse-tier-change'), asked);
  const previous = kept(tenant);
  if (previous) {
    const { keptUntil: _until, releasing: _releasing, ...to } = previous;
    return { from: currentPlacement(tenant), to };
  }
  // Its release began between the look and the write. That is done inside the gate only, so only where the gate was freed by force.
  await updateTenant(table, asked, 'READY');
  throw nothing(tenant);
}

/** The placement that can be lived in again. */
function kept({ previous }: Tenant): LeftPlacement | undefined {
  return previous?.releasing ? undefined : previous;
}

function nothing({ tenantId }: Tenant): CatalogueError {
  return new CatalogueError('NothingToReverse', `The tenant "${tenantId}" has no earlier placement that is kept.`);
}

/** Step of reverse-tier-change. */
export const handler = step({
  name: 'begin-reversal',
  input: stepInput.extend({ owner: z.string(), correlationId: z.string() }),
  output: z.object({ from: madePlacement, to: madePlacement }),
  run: (asked) => beginReversal(table(), asked),
});
