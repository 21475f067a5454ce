import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantExportRequested } from '../../events/tenant-export-requested.ts';
import { stepFunctions } from '../operations/executions.ts';
import { config } from '../runtime/config.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';

const HOUR_MILLISECONDS = 3_600_000;

/**
 * Step of deprovision-tenant at whose state the product's own export is waited for (`.waitForTaskToken`): asks for it
 * with `TenantExportRequested`, or goes on at once where the configuration does not say that the product is asked. A
 * redrive asks again, with the token that then counts.
 */
export const handler = step({
  name: 'request-product-export',
  input: stepInput.extend({
    tier: z.string(),
    correlationId: z.string(),
    taskToken: z.string(),
    enteredAt: z.string(),
  }),
  output: z.object({ asked: z.boolean() }),
  async run({ tier, correlationId, taskToken, enteredAt, ...operation }) {
    const product = config.export?.product;
    if (!product) {
      await stepFunctions().send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
      return { asked: false };
    }
    const until = Date.parse(enteredAt) + product.answerWithinHours * HOUR_MILLISECONDS;
    await publisher().publish({
      type: tenantExportRequested,
      data: { ...operation, tier, taskToken, answerBefore: new Date(until).toISOString() },
      metadata: {
        id: derivedEventId(operation.operationId, tenantExportRequested.name, taskToken),
        correlationId,
        causationId: operation.operationId,
      },
    });
    return { asked: true };
  },
});
