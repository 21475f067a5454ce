import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { tenantGate } from '../../tenancy/gates.ts';
import { operationOf, operationOfWorkflow } from '../../tenancy/operations.ts';
import { currentPlacement, type NumberedPlacement, type Tenant } from '../../tenancy/tenant.ts';
import { DEFAULT_KEEP_PREVIOUS_HOURS, type HowItChanges, howItChanges } from '../../tenancy/tier-changes/config.ts';
import { type Beginning, beginOperation } from '../operations/begin-operation.ts';
import { waiters } from '../operations/gate-records.ts';
import { getTenant, updateTenant } from '../operations/tenant-registry.ts';
import { config, findTier } from '../runtime/config.ts';
import { step, stepInput } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { madePlacement, numberedPlacement } from './placements.ts';

/** More cannot wait for one tenant without the first of them being superseded. */
const QUEUE = 100;

/**
 * Throws `TierChangeSuperseded` when another change of tier waits for the same tenant: it was asked for later, so it counts.
 * The operation itself may still be in the queue: whoever let it in wakes it first, and takes it out then.
 */
async function expectLatest(table: Table, { tenantId, operationId }: Beginning): Promise<void> {
  const waiting = await waiters(table, tenantGate(tenantId), QUEUE);
  const later = waiting.find(({ executionArn, holderId }) => {
    if (holderId === operationId) return false;
    // arn:aws:states:REGION:ACCOUNT:execution:STATE-MACHINE:NAME
    const machine = executionArn.split(':')[6] ?? '';
    return operationOfWorkflow(machine)?.name === 'change-tier';
  });
  if (!later) return;
  throw new CatalogueError(
    'TierChangeSuperseded',
    `A later change of tier waits for the tenant "${tenantId}": operation ${later.holderId}.`,
  );
}

/** What the tenant is to have: where it lives already, if the tier means the same; else the next of its placements. */
export function nextPlacement(tenant: Tenant, tier: string): { how: HowItChanges; to: NumberedPlacement } {
  const wanted = findTier(tier).placement;
  const how = howItChanges(tenant.placement, wanted);
  // A number is never used twice, not even that of a placement that failed: something of it may be on its way out.
  const highest = Math.max(tenant.lastGeneration ?? 1, tenant.generation);
  const generation = how === 'in-place' ? tenant.generation : highest + 1;
  return { how, to: { generation, tier, placement: wanted } };
}

/**
 * The change of tier is the tenant's current operation, and the registry says what it is to have. The same operation,
 * again, is told the same. Throws what `beginOperation` throws, and `TierChangeSuperseded`; nothing is changed then.
 */
export async function beginTierChange(
  table: Table,
  asked: Beginning,
  tier: string,
): Promise<{ tenant: Tenant; how: HowItChanges; to: NumberedPlacement }> {
  const known = await getTenant(table, asked.tenantId);
  // What has begun is not superseded any more: its answer was lost, and the registry says already that the tier changes.
  if (known?.operationId !== asked.operationId) await expectLatest(table, asked);
  const tenant = await beginOperation(table, operationOf('change-tier'), asked);
  if (tenant.next) return { tenant, how: howItChanges(tenant.placement, tenant.next.placement), to: tenant.next };
  const { how, to } = nextPlacement(tenant, tier);
  await updateTenant(table, asked, 'CHANGING_TIER', {
    next: to,
    lastGeneration: Math.max(tenant.lastGeneration ?? 1, to.generation),
  });
  return { tenant, how, to };
}

const HOUR_SECONDS = 3_600;

/** Step of change-tier. */
export const handler = step({
  name: 'begin-tier-change',
  input: stepInput.extend({ owner: z.string(), correlationId: z.string(), tier: z.string() }),
  output: z.object({
    how: z.enum(['in-place', 'moved']),
    from: madePlacement,
    to: numberedPlacement,
    /** A placement that an earlier change left and that is still kept. */
    kept: z.object({ generation: z.int().positive(), survivor: placement }).optional(),
    contactEmail: z.string().optional(),
    /** How long the product's answer is waited for, and how long it may say nothing. */
    productSeconds: z.int().positive(),
    heartbeatSeconds: z.int().positive(),
    keepSeconds: z.int().min(0),
  }),
  async run({ tier, ...asked }) {
    const { tenant, how, to } = await beginTierChange(table(), asked, tier);
    const { productMigration, keepPreviousHours = DEFAULT_KEEP_PREVIOUS_HOURS } = config.tierChanges ?? {};
    const productSeconds = Math.ceil((productMigration?.answerWithinHours ?? 1) * HOUR_SECONDS);
    const heartbeat = productMigration?.heartbeatMinutes;
    return {
      how,
      from: currentPlacement(tenant),
      to,
      ...(tenant.previous && { kept: { generation: tenant.previous.generation, survivor: tenant.placement } }),
      ...(tenant.contactEmail && { contactEmail: tenant.contactEmail }),
      productSeconds,
      heartbeatSeconds: Math.min(productSeconds, Math.ceil(heartbeat ? heartbeat * 60 : productSeconds)),
      keepSeconds: Math.round(keepPreviousHours * HOUR_SECONDS),
    };
  },
});
