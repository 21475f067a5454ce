import type { DataOf } from '../../events/define-event.ts';
import type { Envelope, Metadata } from '../../events/envelope.ts';
import { tenantDeprovisioned } from '../../events/tenant-deprovisioned.ts';
import { tenantDeprovisioningFailed } from '../../events/tenant-deprovisioning-failed.ts';
import { tenantEventRejected } from '../../events/tenant-event-rejected.ts';
import { tenantOnboardingFailed } from '../../events/tenant-onboarding-failed.ts';
import { tenantReady } from '../../events/tenant-ready.ts';
import { tenantResumed } from '../../events/tenant-resumed.ts';
import {
  type AnsweredEvent,
  deprovisionedAnswer,
  failureAnswer,
  SBT_ANSWERS,
  type SbtAnswer,
  type SbtOperation,
} from '../../tenancy/interoperability/sbt-events.ts';
import type { IncomingEvent } from '../intake/check-event.ts';
import type { Answering } from './conversations.ts';
import type { SbtTenant } from './sbt-tenants.ts';

/** What an event of Tenantry means for SBT, if it is about a tenant of SBT's. */
export interface Meaning extends Omit<Answering, 'sbtTenantId' | 'name'> {
  /** Tenantry's id of the tenant. */
  tenantId: string;
  answer(tenant: SbtTenant): SbtAnswer;
}

/** What the event means for SBT; `undefined` if nothing. `source` is the owner of SBT's tenants. Throws ZodError for an event that breaks the contract. */
export function meaningOf(event: IncomingEvent, source: string): Meaning | undefined {
  const meanings: Record<AnsweredEvent, () => Meaning | undefined> = {
    TenantReady: () => ready(tenantReady.schema.parse(event.detail)),
    TenantOnboardingFailed: () => onboardingFailed(tenantOnboardingFailed.schema.parse(event.detail)),
    TenantDeprovisioned: () => deprovisioned(tenantDeprovisioned.schema.parse(event.detail)),
    TenantDeprovisioningFailed: () => deprovisioningFailed(tenantDeprovisioningFailed.schema.parse(event.detail)),
    TenantResumed: () => resumed(tenantResumed.schema.parse(event.detail)),
    TenantEventRejected: () => rejected(tenantEventRejected.schema.parse(event.detail), source),
  };
  const name = event['detail-type'];
  return Object.hasOwn(meanings, name) ? meanings[name as AnsweredEvent]() : undefined;
}

const moment = ({ id, occurredAt }: Metadata) => ({ eventId: id, occurredAt });

interface Facts {
  tenantId: string;
  operationId: string;
  executionArn?: string;
}

const about = ({ id }: Metadata, { tenantId, operationId, executionArn }: Facts): SbtAnswer['detail']['tenantry'] => ({
  eventId: id,
  tenantId,
  operationId,
  ...(executionArn && { executionArn }),
});

function ready({ metadata, data }: Envelope<DataOf<typeof tenantReady>>): Meaning {
  const { tenantId, operationId } = data;
  return {
    ...moment(metadata),
    tenantId,
    operation: 'ONBOARDING',
    operationId,
    outcome: 'done',
    answer: ({ tenantRegistrationId, echoed }) => ({
      name: 'provisionSuccess',
      detail: {
        tenantRegistrationId,
        jobOutput: {
          // SBT hands out tenantConfig to the tenant's clients as it is: a string.
          tenantData: { ...echoed, tenantConfig: JSON.stringify(tenantConfig(data)) },
          tenantRegistrationData: { registrationStatus: 'created' },
        },
        tenantry: about(metadata, data),
      },
    }),
  };
}

function tenantConfig(data: DataOf<typeof tenantReady>): Record<string, unknown> {
  const { tenantId, tier, placement, accountId, roleArn, cluster, namespace, virtualCluster } = data;
  return {
    tenantId,
    tier,
    placement,
    accountId,
    roleArn,
    cluster,
    namespace,
    ...(virtualCluster && { virtualCluster }),
  };
}

function onboardingFailed({ metadata, data }: Envelope<DataOf<typeof tenantOnboardingFailed>>): Meaning {
  return failed('ONBOARDING', metadata, data, { reason: reasonOf(data), outcome: 'ended' });
}

function deprovisioningFailed({ metadata, data }: Envelope<DataOf<typeof tenantDeprovisioningFailed>>): Meaning {
  // A redrive goes on with the same operation.
  return failed('OFFBOARDING', metadata, data, { reason: reasonOf(data), outcome: 'open' });
}

function reasonOf({ step, error, message }: { step: string; error: string; message: string }): string {
  return `${step}: ${error}: ${message}`;
}

function failed(
  operation: SbtOperation,
  metadata: Metadata,
  data: Facts,
  { outcome, ...failure }: { reason: string; registrationStatus?: string; outcome: 'ended' | 'open' },
): Meaning {
  const { tenantId, operationId } = data;
  return {
    ...moment(metadata),
    tenantId,
    operation,
    operationId,
    outcome,
    answer: ({ tenantRegistrationId }) =>
      failureAnswer(operation, tenantRegistrationId, failure, about(metadata, data)),
  };
}

/** Matters whoever asked for it: an operator may have. */
function deprovisioned({ metadata, data }: Envelope<DataOf<typeof tenantDeprovisioned>>): Meaning {
  return {
    ...moment(metadata),
    tenantId: data.tenantId,
    operation: 'OFFBOARDING',
    operationId: undefined,
    outcome: 'done',
    answer: ({ tenantRegistrationId }) => deprovisionedAnswer(tenantRegistrationId, about(metadata, data)),
  };
}

/** SBT knows no way back from an offboarding: to it, one that was cancelled has failed, and the tenant is there. */
function resumed({ metadata, data }: Envelope<DataOf<typeof tenantResumed>>): Meaning | undefined {
  if (data.cancelledBy === undefined) return undefined;
  const reason = 'The deletion was cancelled: the tenant is as it was before.';
  return failed('OFFBOARDING', metadata, data, { reason, registrationStatus: 'created', outcome: 'ended' });
}

const REQUESTS: Readonly<Record<string, SbtOperation>> = {
  TenantCreated: 'ONBOARDING',
  TenantDeletionRequested: 'OFFBOARDING',
};

/** Only of what the adapter itself sent. What was done before stays done: a late repetition of its request is rejected too. */
function rejected(
  { metadata, data }: Envelope<DataOf<typeof tenantEventRejected>>,
  source: string,
): Meaning | undefined {
  const { detailType, source: sender, id: operationId, tenantId } = data.rejected;
  const operation = Object.hasOwn(REQUESTS, detailType) ? REQUESTS[detailType] : undefined;
  if (sender !== source || !operation || !operationId || !tenantId) return undefined;
  const reason = data.reasons.map(({ code, message }) => `${code}: ${message}`).join('; ');
  const facts = { tenantId, operationId };
  return {
    ...failed(operation, metadata, facts, { reason, outcome: 'ended' }),
    unless: SBT_ANSWERS[operation].success,
  };
}
