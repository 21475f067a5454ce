import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantMigrationRequested } from '../../events/tenant-migration-requested.ts';
import { stepFunctions } from '../operations/executions.ts';
import { config } from '../runtime/config.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { placementForEvent } from './placement-for-event.ts';
import { madePlacement } from './placements.ts';

/**
 * Step of move-placement at whose state the product's own migration is waited for (`.waitForTaskToken`): asks for it with
 * `TenantMigrationRequested`, or goes on at once where the configuration does not say that the product is asked. A retry and a
 * redrive ask again, with the token that then counts.
 */
export const handler = step({
  name: 'request-migration',
  input: stepInput.extend({
    tier: z.string(),
    correlationId: z.string(),
    from: madePlacement,
    to: madePlacement,
    volumes: z.array(z.object({ namespace: z.string(), claim: z.string(), storage: z.string() })),
    taskToken: z.string(),
    enteredAt: z.string(),
    seconds: z.int().positive(),
  }),
  output: z.object({ asked: z.boolean() }),
  async run({ tier, correlationId, from, to, volumes, taskToken, enteredAt, seconds, ...operation }) {
    if (!config.tierChanges?.productMigration) {
      await stepFunctions().send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
      return { asked: false };
    }
    await publisher().publish({
      type: tenantMigrationRequested,
      data: {
        ...operation,
        tier,
        from: placementForEvent(from),
        to: placementForEvent(to),
        volumes,
        taskToken,
        answerBefore: new Date(Date.parse(enteredAt) + seconds * 1_000).toISOString(),
      },
      metadata: {
        id: derivedEventId(operation.operationId, tenantMigrationRequested.name, taskToken),
        correlationId,
        causationId: operation.operationId,
      },
    });
    return { asked: true };
  },
});
