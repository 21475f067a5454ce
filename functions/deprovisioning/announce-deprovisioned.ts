import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { exportFacts, sweepProof, tenantDeprovisioned } from '../../events/tenant-deprovisioned.ts';
import { DEFAULT_TOMBSTONE_DAYS, daysAfter } from '../../tenancy/deprovisioning.ts';
import { readLedger } from '../operations/ledger-store.ts';
import { updateTenant } from '../operations/tenant-registry.ts';
import { config } from '../runtime/config.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';

/**
 * Step of deprovision-tenant: the tombstone is set, from the moment of the proof on, and `TenantDeprovisioned` says what was
 * removed, what is kept, and how that was checked.
 */
export const handler = step({
  name: 'announce-deprovisioned',
  input: stepInput.extend({
    tier: z.string(),
    correlationId: z.string(),
    export: exportFacts,
    /** What the product answered when it was asked for its data. */
    productExport: z.unknown(),
    proof: sweepProof,
  }),
  output: z.object({ eventId: z.string(), tombstoneUntil: z.string() }),
  async run({ tier, correlationId, export: exported, productExport, proof, ...operation }) {
    const ledger = await readLedger(table(), operation.tenantId);
    const tombstoneUntil = daysAfter(proof.checkedAt, config.tombstoneDays ?? DEFAULT_TOMBSTONE_DAYS);
    await updateTenant(table(), operation, 'DEPROVISIONED', { tombstoneUntil, ...NOTHING_LEFT });
    const id = derivedEventId(operation.operationId, tenantDeprovisioned.name);
    await publisher().publish({
      type: tenantDeprovisioned,
      data: {
        ...operation,
        tier,
        removed: ledger.map(({ kind, name }) => `${kind} ${name}`).reverse(),
        kept: {
          export: exported,
          ...answerOf(productExport),
          record: 'the record of the tenant and its ledger',
        },
        proof,
        tombstoneUntil,
      },
      metadata: { id, correlationId, causationId: operation.operationId },
    });
    return { eventId: id, tombstoneUntil };
  },
});

/** What the record no longer says. */
const NOTHING_LEFT = {
  failure: undefined,
  suspensionId: undefined,
  graceEndsAt: undefined,
  accountId: undefined,
  roleArn: undefined,
  cluster: undefined,
  namespace: undefined,
  virtualCluster: undefined,
  next: undefined,
  previous: undefined,
};

function answerOf(productExport: unknown): { productExport?: string } {
  const text = JSON.stringify(productExport ?? {});
  return text === '{}' ? {} : { productExport: text.slice(0, 1_000) };
}
