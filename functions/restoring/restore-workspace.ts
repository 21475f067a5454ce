import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { currentPlacement, type Tenant } from '../../tenancy/tenant.ts';
import { getTenant } from '../operations/tenant-registry.ts';
import { environment, once } from '../runtime/environment.ts';
import { step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { placeOf, tenantIn } from '../tier-changes/tenant-place.ts';
import { expectSame } from '../transfer/expect-same.ts';
import { transferObjects } from '../transfer/transfer-objects.ts';
import { planRestore } from './plan-restore.ts';
import { readExport, readManifest } from './read-export.ts';

const s3 = once(() => new S3Client({}));

/** Findings in an answer, which takes 6 MB. */
const FINDINGS = 500;

/** The tenant, if the export may be written into it. Throws `TenantUnknown`, `TenantNotOwned`, `TenantStateConflict`. */
export async function restorable(
  registry: Table,
  { tenantId, owner }: { tenantId: string; owner: string },
): Promise<Tenant> {
  const tenant = await getTenant(registry, tenantId);
  if (!tenant) throw new CatalogueError('TenantUnknown', `There is no tenant "${tenantId}".`);
  if (tenant.owner !== owner)
    throw new CatalogueError('TenantNotOwned', `The tenant id "${tenantId}" belongs to another source.`);
  if (tenant.state !== 'READY')
    throw new CatalogueError('TenantStateConflict', `The tenant "${tenantId}" is ${tenant.state}, not READY.`);
  return tenant;
}

/**
 * Not a step of a workflow: invoked for `tenantry restore`. The tenant's workspace has every object of the export, read from the bucket and
 * checked, written as the tenant itself. What somebody has made or changed there meanwhile is not overwritten. `owner` is the EventBridge
 * source that the objects are given to.
 * @throws StillCreating when the invocation's time ends before: the next one goes on. TransferRefused, TransferIncomplete,
 *   TenantUnknown, TenantNotOwned, TenantStateConflict, ExportUnknown, ExportDamaged.
 */
export const handler = step({
  name: 'restore-workspace',
  input: z.object({ tenantId: z.string(), owner: z.string(), key: z.string().min(1) }),
  output: z.object({
    objects: z.int().min(0),
    written: z.int().min(0),
    kinds: z.record(z.string(), z.int()),
    left: z.record(z.string(), z.int()),
    findings: z.array(z.object({ object: z.string(), what: z.string() })),
  }),
  async run({ tenantId, owner, key }, { logger }) {
    const made = currentPlacement(await restorable(table(), { tenantId, owner }));
    const exported = await readExport(s3(), await readManifest(s3(), { bucket: environment('EXPORT_BUCKET'), key }));
    const plan = planRestore(exported, { tenantId, place: placeOf(tenantId, made) });
    const target = await tenantIn({ tenantId, generation: made.generation }, made);
    const { written, comparison } = await transferObjects(target, plan, { overwrite: false });
    // What the tenant got by earlier transfers is no remainder of this one.
    const counts = expectSame({ ...comparison, extra: [] });
    logger.info('workspace restored', { key, written, counts });
    return {
      objects: plan.objects.length,
      written,
      kinds: Object.fromEntries(Object.entries(counts).map(([kind, count]) => [kind, count.target])),
      left: countBy(plan.left.map(({ because }) => because)),
      findings: plan.findings.slice(0, FINDINGS),
    };
  },
});

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
