import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantTierChangeProgressed } from '../../events/tenant-tier-change-progressed.ts';
import { planTransfer, withoutWorkloads } from '../../tenancy/transfer/plan.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { expectSame } from '../transfer/expect-same.ts';
import { listTenantObjects } from '../transfer/list-tenant-objects.ts';
import { transferObjects } from '../transfer/transfer-objects.ts';
import { madePlacement } from './placements.ts';
import { placeOf, tenantIn, withReader } from './tenant-place.ts';

/** Claims that travel through the workflow, which takes 256 KiB; a tenant with more is told the first ones. */
const CLAIMS = 200;

const volume = z.object({ namespace: z.string(), claim: z.string(), storage: z.string() });

/** Claims of the tenant: their objects are transferred, what is on the volumes is not. */
function volumesAmong(objects: readonly KubernetesObject[]): z.infer<typeof volume>[] {
  return objects
    .filter(({ kind }) => kind === 'PersistentVolumeClaim')
    .slice(0, CLAIMS)
    .map(({ metadata, spec }) => {
      const { resources } = (spec ?? {}) as { resources?: { requests?: { storage?: string } } };
      return {
        namespace: metadata.namespace ?? '',
        claim: metadata.name,
        storage: resources?.requests?.storage ?? '',
      };
    });
}

/**
 * Step of move-placement: everything that the tenant made in the old workspace is in the new one too, and was compared. Written as the
 * tenant itself, so that what the new tier does not allow is refused there. What the tenant has deleted since an earlier call goes in
 * the new one as well. Again is the same: it goes on where it was. With `workloads: false` all but what runs by itself: no
 * StatefulSet starts on volumes to which the product has not brought the data yet, and no CronJob fires in both places meanwhile.
 * Throws `StillCreating` when the invocation's time ends before, `TransferRefused`, `TransferIncomplete`.
 */
export const handler = step({
  name: 'transfer-workspace',
  input: stepInput.extend({
    tier: z.string(),
    correlationId: z.string(),
    from: madePlacement,
    to: madePlacement,
    workloads: z.boolean().default(true),
  }),
  output: z.object({ objects: z.int().min(0), volumes: z.array(volume) }),
  async run({ tier, correlationId, from, to, workloads, ...operation }, { logger }) {
    const { tenantId } = operation;
    const source = placeOf(tenantId, from);
    const objects = await withReader({ tenantId, generation: from.generation }, from, (kubernetes) =>
      listTenantObjects(kubernetes, source),
    );
    const mirror = placeOf(tenantId, to);
    const plan = planTransfer(objects, { source, target: mirror });
    const target = await tenantIn({ tenantId, generation: to.generation }, to);
    const { written, comparison } = await transferObjects(target, workloads ? plan : withoutWorkloads(plan), {
      mirror,
    });
    const counts = expectSame(comparison);
    logger.info('objects transferred', { workloads, written, counts, left: plan.left.length, findings: plan.findings });
    const { generation } = to;
    const transferred = { generation, objects: plan.objects.length };
    const answer = { objects: transferred.objects, volumes: volumesAmong(objects) };
    if (!workloads) return answer;
    await publisher().publish({
      type: tenantTierChangeProgressed,
      data: { ...operation, tier, phase: 'transferred', ...transferred },
      metadata: {
        id: derivedEventId(operation.operationId, tenantTierChangeProgressed.name, 'transferred'),
        correlationId,
        causationId: operation.operationId,
      },
    });
    return answer;
  },
});
