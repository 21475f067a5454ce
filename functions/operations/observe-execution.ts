import { Logger } from '@aws-lambda-powertools/logger';
import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantOnboardingFailed } from '../../events/tenant-onboarding-failed.ts';
import type { TenantState } from '../../tenancy/tenant.ts';
import { publisher } from '../runtime/publisher.ts';
import { table } from '../runtime/table.ts';
import { failedState, stepFunctions } from './executions.ts';
import { getTenant, updateTenant } from './tenant-registry.ts';

const logger = new Logger({ serviceName: 'observe-execution' });

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
const statusChange = z.object({
  detail: z.object({
    executionArn: z.string(),
    status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
    input: z.string(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
    stopDate: z.number().nullish(),
  }),
});

const operationInput = z.object({
  tenantId: z.string(),
  operationId: z.string(),
  correlationId: z.string(),
  tier: z.string(),
});

/**
 * Target of the rule for executions of onboard-tenant that ended badly. Most have said so themselves; what is left is
 * what no state of a workflow can catch: its time-out, its abort, a failure outside the placement, a compensation that
 * failed, an announcement that could not be made. The registry then says so, and `TenantOnboardingFailed` goes out.
 * The same change of status may come again, after a failure of this function too: it gives the same event.
 */
export async function handler(event: unknown): Promise<{ observed: boolean }> {
  const { detail } = statusChange.parse(event);
  const operation = operationInput.parse(JSON.parse(detail.input));
  const tenant = await getTenant(table(), operation.tenantId);
  if (tenant?.operationId !== operation.operationId) return { observed: false };
  const step = (await failedState(stepFunctions(), detail.executionArn)) ?? 'unknown';
  const outcome = outcomeOf(tenant.state, step);
  if (!outcome) return { observed: false };

  const failure = {
    step,
    error: detail.error ?? detail.status,
    message: (detail.cause ?? `The execution is ${detail.status}.`).slice(0, 2_000),
  };
  await updateTenant(table(), operation, stateAfter(tenant.state, outcome), { failure });
  logger.error('operation ended without compensation', { ...operation, executionArn: detail.executionArn, ...failure });
  const { tenantId, tier, operationId, correlationId } = operation;
  await publisher().publish({
    type: tenantOnboardingFailed,
    data: { tenantId, tier, operationId, executionArn: detail.executionArn, ...failure, retryable: true, outcome },
    metadata: {
      id: derivedEventId(operationId, tenantOnboardingFailed.name, detail.executionArn, String(detail.stopDate)),
      correlationId,
      causationId: operationId,
    },
  });
  return { observed: true };
}

type Outcome = 'interrupted' | 'compensation-failed';

/** What to say about an execution that ended in this step; nothing if the workflow has said it. */
function outcomeOf(state: TenantState, step: string): Outcome | undefined {
  switch (state) {
    case 'ONBOARDING':
    case 'INTERRUPTED':
      return 'interrupted';
    case 'COMPENSATING':
    case 'COMPENSATION_FAILED':
      return 'compensation-failed';
    case 'READY':
      return step === 'AnnounceReady' ? 'interrupted' : undefined;
    case 'ONBOARDING_FAILED':
      return step === 'AnnounceFailed' ? 'compensation-failed' : undefined;
  }
}

/** A tenant that is ready stays ready: what is missing is the announcement, and a redrive makes it. */
function stateAfter(state: TenantState, outcome: Outcome): TenantState {
  if (state === 'READY') return 'READY';
  return outcome === 'interrupted' ? 'INTERRUPTED' : 'COMPENSATION_FAILED';
}
