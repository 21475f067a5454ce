import { z } from 'zod';
import type { EventName } from '../../events/catalogue.ts';

/** SBT's ids are UUIDs, but nothing in it insists on that. */
const sbtId = z.string().min(1).max(256);

/**
 * What SBT's registration service says when a tenant is registered (`onboardingRequest`) or its registration is deleted
 * (`offboardingRequest`): the registration's and the tenant's members side by side, whatever its users put there.
 * https://github.com/awslabs/sbt-aws/blob/main/resources/functions/tenant-registrations/index.py
 */
export const sbtRequest = z.looseObject({ tenantId: sbtId, tenantRegistrationId: sbtId });

export type SbtRequest = z.infer<typeof sbtRequest>;

/** Events of Tenantry that SBT is told of. */
export const ANSWERED_EVENTS = [
  'TenantReady',
  'TenantOnboardingFailed',
  'TenantDeprovisioned',
  'TenantDeprovisioningFailed',
  'TenantResumed',
  'TenantEventRejected',
] as const satisfies readonly EventName[];

export type AnsweredEvent = (typeof ANSWERED_EVENTS)[number];

/** Names of SBT's requests; on the bus with the prefix. */
export const SBT_REQUESTS = { ONBOARDING: 'onboardingRequest', OFFBOARDING: 'offboardingRequest' } as const;

/** What an SBT control plane asks its application plane for. */
export type SbtOperation = keyof typeof SBT_REQUESTS;

/** Names of the answers that an SBT control plane waits for; on the bus with the prefix. */
export const SBT_ANSWERS = {
  ONBOARDING: { success: 'provisionSuccess', failure: 'provisionFailure' },
  OFFBOARDING: { success: 'deprovisionSuccess', failure: 'deprovisionFailure' },
} as const;

export type SbtAnswerName = (typeof SBT_ANSWERS)[SbtOperation]['success' | 'failure'];

/** `tenantStatus` of a failure, in the words of SBT's own jobs. */
export const SBT_FAILURE = {
  ONBOARDING: 'Failed to provision tenant.',
  OFFBOARDING: 'Failed to deprovision tenant.',
} as const;

/**
 * An answer as SBT's own jobs give it. An API destination of the control plane sends `jobOutput` to
 * `PATCH /tenant-registrations/{tenantRegistrationId}`, which takes `tenantRegistrationData` and `tenantData` out of it and
 * nothing else: a failure that is only in `tenantStatus` never reaches the registration. Values are strings.
 * https://github.com/awslabs/sbt-aws/blob/main/src/core-app-plane/script-job.ts
 */
export interface SbtAnswer {
  name: SbtAnswerName;
  detail: {
    tenantRegistrationId: string;
    jobOutput: {
      tenantStatus?: string;
      tenantData?: Record<string, string>;
      tenantRegistrationData: { registrationStatus: string; registrationStatusReason?: string };
    };
    /** Not SBT's: what it was about on Tenantry's side. The same `eventId` again is the same answer. */
    tenantry: { eventId: string; tenantId?: string; operationId?: string; executionArn?: string };
  };
}

/** Longest reason of a failure; DynamoDB and EventBridge take more, a table of registrations shows less. */
const LONGEST_REASON = 1_000;

/** The answer to a request that failed. `registrationStatus` is where that leaves the registration. */
export function failureAnswer(
  operation: SbtOperation,
  tenantRegistrationId: string,
  { reason, registrationStatus = 'failed' }: { reason: string; registrationStatus?: string },
  tenantry: SbtAnswer['detail']['tenantry'],
): SbtAnswer {
  return {
    name: SBT_ANSWERS[operation].failure,
    detail: {
      tenantRegistrationId,
      jobOutput: {
        tenantStatus: SBT_FAILURE[operation],
        tenantRegistrationData: { registrationStatus, registrationStatusReason: reason.slice(0, LONGEST_REASON) },
      },
      tenantry,
    },
  };
}

/** The answer to an offboarding after which nothing is left. Says nothing of the tenant's record: it may be gone too. */
export function deprovisionedAnswer(
  tenantRegistrationId: string,
  tenantry: SbtAnswer['detail']['tenantry'],
): SbtAnswer {
  return {
    name: 'deprovisionSuccess',
    detail: {
      tenantRegistrationId,
      jobOutput: { tenantRegistrationData: { registrationStatus: 'deleted' } },
      tenantry,
    },
  };
}
