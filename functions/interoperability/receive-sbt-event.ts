import { Logger } from '@aws-lambda-powertools/logger';
import { derivedEventId } from '../../events/publisher.ts';
import {
  deprovisionedAnswer,
  failureAnswer,
  SBT_REQUESTS,
  type SbtOperation,
  sbtRequest,
} from '../../tenancy/interoperability/sbt-events.ts';
import type { IncomingEvent } from '../intake/check-event.ts';
import { offboard } from './offboard.ts';
import { onboard } from './onboard.ts';
import { type SbtAdapter, sbtAdapter } from './sbt-adapter.ts';

const logger = new Logger({ serviceName: 'receive-sbt-event' });

type Outcome = 'forwarded' | 'duplicate' | 'refused' | 'gone';

/** Target of the rule for what an SBT control plane asks for. */
export async function handler(event: IncomingEvent): Promise<{ outcome: Outcome }> {
  const outcome = await receiveSbtEvent(sbtAdapter(), event);
  logger.info('request received', { eventBridgeId: event.id, detailType: event['detail-type'], outcome });
  return { outcome };
}

/**
 * Passes on what SBT asks for, in Tenantry's words; what cannot be passed on is answered at once. Throws an Error for a
 * request that does not say whose it is: there is nobody to answer, so it ends in the queue of undeliverable events.
 */
export async function receiveSbtEvent(adapter: SbtAdapter, event: IncomingEvent): Promise<Outcome> {
  const operation = operationOf(event['detail-type'], adapter.config.detailTypePrefix);
  const parsed = sbtRequest.safeParse(event.detail);
  if (!parsed.success) {
    const missing = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new Error(`The ${event['detail-type']} ${event.id} does not say whose it is: ${missing}`);
  }
  const request = parsed.data;
  const result = await { ONBOARDING: onboard, OFFBOARDING: offboard }[operation](adapter, event, request);
  const { tenantRegistrationId } = request;
  const eventId = derivedEventId(event.id, operation, 'answered at once');
  if ('refused' in result) {
    await adapter.answer(failureAnswer(operation, tenantRegistrationId, { reason: result.refused }, { eventId }));
    return 'refused';
  }
  if ('gone' in result) {
    await adapter.answer(deprovisionedAnswer(tenantRegistrationId, { eventId, tenantId: result.gone }));
    return 'gone';
  }
  return result.forwarded ? 'forwarded' : 'duplicate';
}

function operationOf(detailType: string, prefix: string): SbtOperation {
  if (detailType === `${prefix}${SBT_REQUESTS.ONBOARDING}`) return 'ONBOARDING';
  if (detailType === `${prefix}${SBT_REQUESTS.OFFBOARDING}`) return 'OFFBOARDING';
  throw new TypeError(`The rule lets through what is no request of SBT: ${detailType}`);
}
