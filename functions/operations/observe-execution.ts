import { Logger } from '@aws-lambda-powertools/logger';
import { z } from 'zod';
import { derivedEventId } from '../../events/publisher.ts';
import { tenantOnboardingFailed } from '../../events/tenant-onboarding-failed.ts';
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
 * failed. The registry then says so, and `TenantOnboardingFailed` goes out.
 */
export async function handler(event: unknown): Promise<{ observed: boolean }> {
  const { detail } = statusChange.parse(event);
  const operation = operationInput.parse(JSON.parse(detail.input));
  const tenant = await getTenant(table(), operation.tenantId);
  const current = tenant?.operationId === operation.operationId;
  if (!tenant || !current || (tenant.state !== 'ONBOARDING' && tenant.state !== 'COMPENSATING'))
    return { observed: false };

  const step = (await failedState(stepFunctions(), detail.executionArn)) ?? 'unknown';
  const failure = {
    step,
    error: detail.error ?? detail.status,
    message: (detail.cause ?? `The execution is ${detail.status}.`).slice(0, 2_000),
  };
  const compensating = tenant.state === 'COMPENSATING';
  await updateTenant(table(), operation, compensating ? 'COMPENSATION_FAILED' : 'INTERRUPTED', { failure });
  logger.error('operation ended without compensation', { ...operation, executionArn: detail.executionArn, ...failure });
  const publication = {
    type: tenantOnboardingFailed,
    data: {
      tenantId: operation.tenantId,
      tier: operation.tier,
      operationId: operation.operationId,
      executionArn: detail.executionArn,
      ...failure,
      retryable: true,
      outcome: compensating ? ('compensation-failed' as const) : ('interrupted' as const),
    },
    metadata: {
      id: derivedEventId(operation.operationId, tenantOnboardingFailed.name, tenant.state, detail.executionArn),
      correlationId: operation.correlationId,
      causationId: operation.operationId,
    },
  };
  await publisher().publish(publication);
  return { observed: true };
}
