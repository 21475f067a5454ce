import { z } from 'zod';
import { DEFAULT_GRACE_DAYS, daysAfter } from '../../tenancy/deprovisioning.ts';
import { operationOf } from '../../tenancy/operations.ts';
import { type Beginning, beginOperation } from '../operations/begin-operation.ts';
import { updateTenant } from '../operations/tenant-registry.ts';
import { config, findTier } from '../runtime/config.ts';
import { step, stepInput } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';

const HOUR_SECONDS = 3_600;

/** When the deletion was asked for, ISO 8601, and whether the grace period is waived. */
interface Asked extends Beginning {
  immediate: boolean;
  enteredAt: string;
}

/**
 * Begins the operation and sets the end of the grace period: `graceDaysOf` the tenant's tier, 30 days where that says nothing.
 * Beginning again changes nothing. Throws what `beginOperation` does.
 */
export async function beginDeprovisioning(
  table: Table,
  graceDaysOf: (tier: string) => number | undefined,
  { immediate, enteredAt, ...asked }: Asked,
): Promise<{ tier: string; suspensionId: string; graceEndsAt: string }> {
  const tenant = await beginOperation(table, operationOf('deprovision'), asked);
  const { tier, suspensionId = '' } = tenant;
  const days = immediate ? 0 : (graceDaysOf(tier) ?? DEFAULT_GRACE_DAYS);
  const graceEndsAt = tenant.graceEndsAt ?? daysAfter(enteredAt, days);
  await updateTenant(table, asked, 'DELETION_PENDING', { graceEndsAt });
  return { tier, suspensionId, graceEndsAt };
}

/**
 * Step of deprovision-tenant: from here on the deletion is pending, until the grace period of the tier ends. Nothing has been
 * changed when it throws: `TenantUnknown`, `TenantNotOwned`, `TenantProtected`, `TenantStateConflict`.
 */
export const handler = step({
  name: 'begin-deprovisioning',
  input: stepInput.extend({
    owner: z.string(),
    correlationId: z.string(),
    immediate: z.boolean().default(false),
    /** When the state was entered, ISO 8601. */
    enteredAt: z.string(),
  }),
  output: z.object({
    tier: z.string(),
    suspensionId: z.string(),
    graceEndsAt: z.string(),
    /** How long the product's answer is waited for. */
    productExportSeconds: z.number().int().positive(),
  }),
  async run(asked) {
    const begun = await beginDeprovisioning(table(), (tier) => findTier(tier).graceDays, asked);
    const hours = config.export?.product?.answerWithinHours ?? 1;
    return { ...begun, productExportSeconds: hours * HOUR_SECONDS };
  },
});
