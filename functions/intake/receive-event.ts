import { Logger } from '@aws-lambda-powertools/logger';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { getTenant } from '../operations/tenant-registry.ts';
import { config } from '../runtime/config.ts';
import { environment, once } from '../runtime/environment.ts';
import { publisher } from '../runtime/publisher.ts';
import { table } from '../runtime/table.ts';
import { checkEvent, type IncomingEvent } from './check-event.ts';
import { rejectEvent } from './reject-event.ts';
import { startOperation } from './start-operation.ts';

const logger = new Logger({ serviceName: 'receive-event' });
const stepFunctions = once(() => new SFNClient({}));
const queues = once(() => new SQSClient({}));

/**
 * Target of the bus's rule for product events: checks the event against the contract, the configuration and the
 * registry. A good one starts its workflow; a bad one is answered with `TenantEventRejected` and kept. EventBridge
 * delivers at least once, so the same event may come twice: the execution's name is derived from the event's id.
 */
export async function handler(event: IncomingEvent): Promise<{ outcome: 'started' | 'duplicate' | 'rejected' }> {
  const checked = await checkEvent(event, config, (tenantId) => getTenant(table(), tenantId));
  if (!checked.ok) {
    logger.warn('event rejected', { eventBridgeId: event.id, reasons: checked.reasons });
    await rejectEvent(
      { publisher: publisher(), queues: queues(), queueUrl: environment('REJECTED_EVENTS_QUEUE_URL') },
      event,
      checked.reasons,
    );
    return { outcome: 'rejected' };
  }
  const outcome = await startOperation(stepFunctions(), environment('ONBOARD_TENANT_ARN'), event, checked.envelope);
  logger.info('event accepted', { eventBridgeId: event.id, tenantId: checked.envelope.data.tenantId, outcome });
  return { outcome };
}
