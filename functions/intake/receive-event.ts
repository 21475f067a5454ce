import { Logger } from '@aws-lambda-powertools/logger';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Envelope } from '../../events/envelope.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { cancelDeletion } from '../deprovisioning/cancel-deletion.ts';
import { stepFunctions, waker, wakeUpWith } from '../operations/executions.ts';
import { getTenant } from '../operations/tenant-registry.ts';
import { config } from '../runtime/config.ts';
import { environment, once } from '../runtime/environment.ts';
import { publisher } from '../runtime/publisher.ts';
import { table } from '../runtime/table.ts';
import { type ReportedUsage, reportUsage } from '../upgrades/report-usage.ts';
import type { Recorded } from '../upgrades/usage-store.ts';
import {
  type Accepted,
  type AcceptedEnvelope,
  checkEvent,
  type IncomingEvent,
  lowerFirst,
  type RejectionReason,
} from './check-event.ts';
import { rejectEvent } from './reject-event.ts';
import { codeOf, isRefusal } from './rejection-codes.ts';
import { startOperation } from './start-operation.ts';

const logger = new Logger({ serviceName: 'receive-event' });
const queues = once(() => new SQSClient({}));

type Outcome = 'started' | 'cancelled' | 'duplicate' | 'rejected' | Recorded;

/**
 * Target of the bus's rule for product events: checks the event against the contract, the configuration and the
 * registry. A good one starts its workflow, ends a grace period, or is kept as usage; a bad one is answered with `TenantEventRejected` and
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
  if (accepted.kind === 'cancellation') return cancel(event, accepted.envelope);
  if (accepted.kind === 'usage') return keep(event, accepted.envelope);
  const stateMachineArn = `${environment('STATE_MACHINE_ARN_PREFIX')}${accepted.operation.workflow}`;
  return startOperation(stepFunctions(), stateMachineArn, event, accepted.envelope);
}

function cancel(event: IncomingEvent, { metadata, data: { tenantId } }: AcceptedEnvelope): Promise<Outcome> {
  const cancellation = { tenantId, owner: event.source, eventId: metadata.id };
  return unlessRefused(event, () => cancelDeletion(table(), cancellation, wakeUpWith(waker())));
}

function keep(event: IncomingEvent, { metadata, data }: Envelope<ReportedUsage['data']>): Promise<Outcome> {
  const reported = { owner: event.source, eventId: metadata.id, data };
  return unlessRefused(event, async () => {
    const kept = await reportUsage(table(), reported, Date.now(), config.upgrades);
    if (typeof kept === 'string') return kept;
    return reject(event, [{ field: 'data.measuredAt', code: 'invalid', message: kept.wrong }]);
  });
}

/** What the work comes to; refusals of the registry become rejections. */
async function unlessRefused(event: IncomingEvent, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
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
