import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { currentPlacement, type MadePlacement, type TenantState } from '../../tenancy/tenant.ts';
import { expectCurrent, getTenant } from '../operations/tenant-registry.ts';
import { step, stepInput } from '../runtime/step.ts';
import { conditionFailed, type Table, table } from '../runtime/table.ts';
import { asMade, madePlacement } from './placements.ts';

export interface CutOver {
  tenantId: string;
  operationId: string;
  to: MadePlacement;
  /** Until when the placement that is left is kept, ISO 8601. Without it there is none that is left. */
  keptUntil?: string | undefined;
}

/**
 * The tenant lives in the other placement from here on: one conditional write, in which the placement that it leaves becomes
 * `previous`. A second time is the first. Throws `OperationSuperseded` when the operation is no longer the tenant's current one.
 */
export async function cutOver(registry: Table, { tenantId, operationId, to, keptUntil }: CutOver): Promise<void> {
  const tenant = await expectCurrent(registry, { tenantId, operationId });
  if (tenant.state === 'READY') return;
  const { virtualCluster, ...rest } = to;
  const left = keptUntil === undefined ? undefined : { ...currentPlacement(tenant), keptUntil };
  const values: Record<string, unknown> = {
    ...rest,
    ...(virtualCluster && { virtualCluster }),
    ...(left && { previous: left }),
    state: 'READY' satisfies TenantState,
    updatedAt: new Date().toISOString(),
  };
  const names = Object.keys(values);
  const removed = ['#next', '#failure', ...(virtualCluster ? [] : ['#virtual'])];
  try {
    await registry.client.send(
      new UpdateCommand({
        TableName: registry.name,
        Key: { pk: `TENANT#${tenantId}`, sk: 'TENANT' },
        UpdateExpression: `SET ${names.map((_, index) => `#n${index} = :v${index}`).join(', ')} REMOVE ${removed.join(', ')}`,
        ConditionExpression: 'operationId = :operation AND #now = :changing',
        ExpressionAttributeNames: {
          ...Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
          '#now': 'state',
          '#next': 'next',
          '#failure': 'failure',
          ...(virtualCluster ? {} : { '#virtual': 'virtualCluster' }),
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(names.map((name, index) => [`:v${index}`, values[name]])),
          ':operation': operationId,
          ':changing': 'CHANGING_TIER' satisfies TenantState,
        },
      }),
    );
  } catch (error) {
    if (!conditionFailed(error)) throw error;
    const now = await getTenant(registry, tenantId);
    // The answer to the write was lost, and the client sent it again.
    if (now?.operationId === operationId && now.state === 'READY') return;
    throw new CatalogueError('OperationSuperseded', `Operation ${operationId} is no longer that of "${tenantId}".`);
  }
}

/** Step of change-tier and reverse-tier-change: from here on it only goes forward. */
export const handler = step({
  name: 'cut-over',
  input: stepInput.extend({
    to: madePlacement,
    /** When the state was entered, and for how long the placement that is left is kept from then on. */
    enteredAt: z.string(),
    keepSeconds: z.int().min(0).optional(),
  }),
  output: z.object({ keptUntil: z.string().optional() }),
  async run({ to, enteredAt, keepSeconds, ...operation }) {
    const keptUntil =
      keepSeconds === undefined ? undefined : new Date(Date.parse(enteredAt) + keepSeconds * 1_000).toISOString();
    await cutOver(table(), { ...operation, to: asMade(to), keptUntil });
    const { previous } = (await getTenant(table(), operation.tenantId)) ?? {};
    return previous && keepSeconds !== undefined ? { keptUntil: previous.keptUntil } : {};
  },
});
