import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { environment, once } from '../runtime/environment.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { incomingEvent } from './check-event.ts';
import { rejectEvent } from './reject-event.ts';

const queues = once(() => new SQSClient({}));

/**
 * The registry refused what the event asked for, after it had waited for its turn: the very event is answered and
 * kept, like one that was refused at once.
 */
export const handler = step({
  name: 'reject-request',
  input: stepInput.extend({ event: incomingEvent, error: z.string() }),
  output: z.object({ rejected: z.literal(true) }),
  async run({ tenantId, event, error }) {
    const taken = error === 'TenantNotOwned';
    await rejectEvent(
      { publisher: publisher(), queues: queues(), queueUrl: environment('REJECTED_EVENTS_QUEUE_URL') },
      event,
      [
        {
          field: 'data.tenantId',
          code: taken ? 'not-owner' : 'tenant-exists',
          message: taken
            ? `the tenant id "${tenantId}" belongs to another source`
            : `the tenant "${tenantId}" exists already`,
        },
      ],
    );
    return { rejected: true as const };
  },
});
