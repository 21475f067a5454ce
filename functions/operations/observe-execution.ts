import { Logger } from '@aws-lambda-powertools/logger';
import { z } from 'zod';
import type { Tenant } from '../../tenancy/tenant.ts';
import { table } from '../runtime/table.ts';
import { announceInterrupted, announceRetirementStopped } from './announce-interrupted.ts';
import { failedState, isRedriven, stepFunctions } from './executions.ts';
import { describeFailure } from './failure.ts';
import { outcomeOf, stateAfter } from './interruptions.ts';
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
    /** How often it had been redriven before it ended so. An event that does not say it is taken at its word. */
    redriveCount: z.int().min(0).nullish(),
  }),
});

const operationInput = z.object({ tenantId: z.string(), operationId: z.string(), correlationId: z.string() });

/**
 * Target of the rule for executions of operations that ended badly. Most onboardings have said so themselves; what is left is
 * what no state of a workflow can catch: a time-out, an abort, a failure outside the placement, a compensation that
 * failed, an announcement that could not be made; and every failure of the operations that only go forward. The
 * registry then says so, and the operation's failure event goes out.
 * A placement that a change of tier left and that could not be released is announced too.
 * The same change of status may come again, after a failure of this function too: it gives the same event.
 */
export async function handler(event: unknown): Promise<{ observed: boolean }> {
  const { detail } = statusChange.parse(event);
  const { executionArn, status, redriveCount } = detail;
  const operation = operationInput.parse(JSON.parse(detail.input));
  // The event is late: a redrive has gone on since, and what that comes to is announced by itself.
  if (await isRedriven(stepFunctions(), executionArn, redriveCount ?? Number.POSITIVE_INFINITY))
    return { observed: false };
  const tenant = await getTenant(table(), operation.tenantId);
  if (!tenant) return { observed: false };
  if (isRetirement(executionArn)) return observeRetirement(tenant, operation, detail);
  if (tenant.operationId !== operation.operationId) return { observed: false };
  const state = (await failedState(stepFunctions(), executionArn)) ?? 'unknown';
  const outcome = outcomeOf(tenant, state);
  if (!outcome) return { observed: false };

  const failure = await describeFailure(stepFunctions(), {
    state,
    error: detail.error ?? status,
    cause: detail.cause ?? `The execution is ${status}.`,
  });
  await updateTenant(table(), operation, stateAfter(tenant.state, outcome), { failure });
  logger.error('operation ended halfway', { ...operation, executionArn, outcome, failure });
  await announceInterrupted(tenant, { executionArn, outcome, failure, when: String(detail.stopDate) });
  return { observed: true };
}

/** It follows from a change of tier, long after that: no operation of its own. */
function isRetirement(executionArn: string): boolean {
  // arn:aws:states:REGION:ACCOUNT:execution:STATE-MACHINE:NAME
  return executionArn.split(':')[6]?.endsWith('-retire-placement') ?? false;
}

/** The placement that was left is still there, and costs: the tenant itself is well, so its record stays as it is. */
async function observeRetirement(
  tenant: Tenant,
  operation: z.infer<typeof operationInput>,
  { executionArn, status, error, cause, stopDate }: z.infer<typeof statusChange>['detail'],
): Promise<{ observed: boolean }> {
  const state = (await failedState(stepFunctions(), executionArn)) ?? 'unknown';
  const failure = await describeFailure(stepFunctions(), {
    state,
    error: error ?? status,
    cause: cause ?? `The execution is ${status}.`,
  });
  logger.error('a placement that was left is not released', { tenantId: tenant.tenantId, executionArn, failure });
  await announceRetirementStopped(tenant, operation, {
    executionArn,
    outcome: 'halfway',
    failure,
    when: String(stopDate),
  });
  return { observed: true };
}
