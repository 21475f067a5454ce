import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { tenantCreated } from '../../events/tenant-created.ts';
import { environment, once } from '../runtime/environment.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { rejectEvent } from './reject-event.ts';

const queues = once(() => new SQSClient({}));

/**
 * The registry refused what the event asked for, after it had waited for its turn: it is answered and kept like an
 * event that was refused at once.
 */
export const handler = step({
  name: 'reject-request',
  input: stepInput.extend({
    owner: z.string(),
    correlationId: z.string(),
    tier: z.string(),
    displayName: z.string().optional(),
    contactEmail: z.string().optional(),
    error: z.string(),
  }),
  output: z.object({ rejected: z.literal(true) }),
  async run({ owner, operationId, correlationId, executionArn, error, ...data }) {
    const event = {
      id: operationId,
      source: owner,
      'detail-type': tenantCreated.name,
      time: new Date().toISOString(),
      detail: {
        metadata: {
          id: operationId,
          version: tenantCreated.version,
          correlationId,
          causationId: executionArn.split(':').at(-1),
        },
        data,
      },
    };
    const taken = error === 'TenantNotOwned';
    await rejectEvent(
      { publisher: publisher(), queues: queues(), queueUrl: environment('REJECTED_EVENTS_QUEUE_URL') },
      event,
      [
        {
          field: 'data.tenantId',
          code: taken ? 'not-owner' : 'tenant-exists',
          message: taken
            ? `the tenant id "${data.tenantId}" belongs to another source`
            : `the tenant "${data.tenantId}" exists already`,
        },
      ],
    );
    return { rejected: true as const };
  },
});
