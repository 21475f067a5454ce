import type { Logger } from '@aws-lambda-powertools/logger';
import type { RatedTenant } from '../../tenancy/upgrades/record.ts';
import { type Evaluated, type Evaluator, evaluateTenant } from './evaluate-tenant.ts';

/** Tenants that are evaluated at once: each is a few requests to DynamoDB, one after the other. */
const AT_ONCE = 16;

/** How many evaluations ended how: `decided`, `sent-late`, or the reason for none. */
export type Summary = Readonly<Record<string, number>>;

/**
 * Evaluates all of these tenants. One that fails does not keep the others from being evaluated. Throws an Error that names those
 * that failed: evaluating all of them again decides nothing twice.
 */
export async function evaluateAll(
  evaluator: Evaluator,
  tenants: readonly RatedTenant[],
  now: number,
  logger: Pick<Logger, 'info' | 'error'>,
): Promise<Summary> {
  const counts: Record<string, number> = {};
  const failures: { tenantId: string; error: unknown }[] = [];
  const waiting = [...tenants];
  const work = async () => {
    for (let tenant = waiting.shift(); tenant; tenant = waiting.shift()) {
      const { tenantId } = tenant;
      try {
        const evaluated = await evaluateTenant(evaluator, tenant, now);
        note(logger, tenantId, evaluated);
        const key = evaluated.outcome === 'none' ? evaluated.reason : evaluated.outcome;
        counts[key] = (counts[key] ?? 0) + 1;
      } catch (error) {
        failures.push({ tenantId, error });
        logger.error('evaluation failed', { tenantId, error: String(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.length > 0) throw failed(failures, tenants.length);
  logger.info('usage evaluated', { tenants: tenants.length, ...counts });
  return counts;
}

function note(logger: Pick<Logger, 'info'>, tenantId: string, evaluated: Evaluated): void {
  if (evaluated.outcome === 'none') return;
  const { decisionId, kind, from, to, rule, explanation } = evaluated.decision;
  logger.info('tier change decided', {
    outcome: evaluated.outcome,
    tenantId,
    decisionId,
    kind,
    from,
    to,
    rule,
    explanation,
  });
}

function failed(failures: readonly { tenantId: string; error: unknown }[], of: number): Error {
  const [first] = failures;
  const names = failures.slice(0, 20).map(({ tenantId }) => tenantId);
  return new Error(
    `The usage of ${failures.length} of ${of} tenants could not be evaluated (${names.join(', ')}); first: ${String(first?.error)}`,
    { cause: first?.error },
  );
}
