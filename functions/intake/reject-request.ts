import { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { environment, once } from '../runtime/environment.ts';
import { publisher } from '../runtime/publisher.ts';
import { step, stepInput } from '../runtime/step.ts';
import { incomingEvent, lowerFirst } from './check-event.ts';
import { rejectEvent } from './reject-event.ts';
import { codeOf } from './rejection-codes.ts';

const queues = once(() => new SQSClient({}));

/** The Cause of a task that Lambda failed. */
const thrown = z.object({ errorMessage: z.string() });

/**
 * The registry refused what the event asked for, after it had waited for its turn: the very event is answered and
 * kept, like one that was refused at once.
 */
export const handler = step({
  name: 'reject-request',
  input: stepInput.extend({ event: incomingEvent, error: z.string(), cause: z.string() }),
  output: z.object({ rejected: z.literal(true) }),
  async run({ event, error, cause }) {
    const message = lowerFirst(thrown.parse(JSON.parse(cause)).errorMessage);
    await rejectEvent(
      { publisher: publisher(), queues: queues(), queueUrl: environment('REJECTED_EVENTS_QUEUE_URL') },
      event,
      [{ field: 'data.tenantId', code: codeOf(error), message }],
    );
    return { rejected: true as const };
  },
});
