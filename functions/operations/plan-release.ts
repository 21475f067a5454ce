import { z } from 'zod';
import { type Placement, placement } from '../../events/placement.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { entriesOfPlacement, type LedgerEntry, releaseOrder } from '../../tenancy/ledger.ts';
import { resourceKinds } from '../../tenancy/steps.ts';
import { step, stepInput } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { readLedger } from './ledger-store.ts';
import { getTenant } from './tenant-registry.ts';

/** Whose release, and for which operation. */
interface Release {
  readonly tenantId: string;
  readonly operationId: string;
  /** One placement of it, and the one in which the tenant lived on when the release was asked for. */
  readonly only?: { readonly generation: number; readonly survivor: Placement } | undefined;
}

/**
 * Reads the ledger and says what is to be released, newest first; what is only planned is in doubt, so it counts. Of
 * a tenant that lives on in another placement, only what belongs to the one it has left. Throws `TenantStateConflict` for the
 * placement that the tenant lives in.
 */
export async function planRelease(registry: Table, { tenantId, operationId, only }: Release): Promise<LedgerEntry[]> {
  const all = await readLedger(registry, tenantId);
  if (!only) return releaseOrder(all);
  const tenant = await getTenant(registry, tenantId);
  if (tenant?.generation === only.generation)
    throw new CatalogueError(
      'TenantStateConflict',
      `The tenant "${tenantId}" lives in its placement ${only.generation}, which is not released.`,
    );
  // A retirement that is redriven knows the tenant as it was: it may have moved since, or be about to.
  const homes = tenant && tenant.operationId !== operationId ? [tenant.placement, tenant.next?.placement] : [];
  const survivors = [only.survivor, ...homes].filter((home) => home !== undefined);
  return releaseOrder(
    survivors.reduce((entries, survivor) => entriesOfPlacement(entries, only.generation, survivor), all),
  );
}

/** Step of release-placement. */
export const handler = step({
  name: 'plan-release',
  input: stepInput.extend({
    only: z.object({ generation: z.int().positive(), survivor: placement }).optional(),
  }),
  output: z.object({
    resources: z.array(
      z.object({
        kind: z.enum(resourceKinds),
        name: z.string(),
        generation: z.int().positive(),
        attributes: z.record(z.string(), z.string()),
      }),
    ),
  }),
  async run(release) {
    const entries = await planRelease(table(), release);
    return {
      resources: entries.map(({ kind, name, generation, attributes }) => ({ kind, name, generation, attributes })),
    };
  },
});
