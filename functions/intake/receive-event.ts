import { Logger } from '@aws-lambda-powertools/logger';
import { SQSClient } from '@aws-sdk/client-sqs';
import { CatalogueError } from '../../tenancy/errors.ts';
import { cancelDeletion } from '../deprovisioning/cancel-deletion.ts';
import { stepFunctions, waker, wakeUpWith } from '../operations/executions.ts';
import { getTenant } from '../operations/tenant-registry.ts';
import { config } from '../runtime/config.ts';
import { environment, once } from '../runtime/environment.ts';
import { publisher } from '../runtime/publisher.ts';
import { table } from '../runtime/table.ts';
import { type Accepted, checkEvent, type IncomingEvent, lowerFirst, type RejectionReason } from './check-event.ts';
import { rejectEvent } from './reject-event.ts';
import { codeOf, isRefusal } from './rejection-codes.ts';
import { startOperation } from './start-operation.ts';

const logger = new Logger({ serviceName: 'receive-event' });
const queues = once(() => new SQSClient({}));

type Outcome = 'started' | 'cancelled' | 'duplicate' | 'rejected';

/**
 * Target of the bus's rule for product events: checks the event against the contract, the configuration and the
 * registry. A good one starts its workflow, or ends a grace period; a bad one is answered with `TenantEventRejected` and
 * kept. EventBridge delivers at least once, so the same event may come twice: the execution's name is derived from the
 * event's id.
 */
export async function handler(event: IncomingEvent): Promise<{ outcome: Outcome }> {
  const checked = await checkEvent(event, config, (tenantId) => getTenant(table(), tenantId));
  const outcome = checked.ok ? await obey(event, checked) : await reject(event, checked.reasons);
  logger.info('event received', { eventBridgeId: event.id, detailType: event['detail-type'], outcome });
  return { outcome };
}

async function obey(event: IncomingEvent, accepted: Accepted): Promise<Outcome> {
  if (accepted.kind === 'cancellation') return cancel(event, accepted);
  const stateMachineArn = `${environment('STATE_MACHINE_ARN_PREFIX')}${accepted.operation.workflow}`;
  return startOperation(stepFunctions(), stateMachineArn, event, accepted.envelope);
}

async function cancel(event: IncomingEvent, { envelope }: Accepted): Promise<Outcome> {
  const { tenantId } = envelope.data;
  try {
    return await cancelDeletion(
      table(),
      { tenantId, owner: event.source, eventId: envelope.metadata.id },
      wakeUpWith(waker()),
    );
  } catch (error) {
    if (!(error instanceof CatalogueError) || !isRefusal(error.name)) throw error;
    return reject(event, [{ field: 'data.tenantId', code: codeOf(error.name), message: lowerFirst(error.message) }]);
  }
}

async function reject(event: IncomingEvent, reasons: RejectionReason[]): Promise<Outcome> {
  logger.warn('event rejected', { eventBridgeId: event.id, reasons });
  await rejectEvent(
    { publisher: publisher(), queues: queues(), queueUrl: environment('REJECTED_EVENTS_QUEUE_URL') },
    event,
    reasons,
  );
  return 'rejected';
}
