import { z } from 'zod';
import { errorCatalogue, isErrorName } from '../../tenancy/errors.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { failedState, stepFunctions } from './executions.ts';
import { updateTenant } from './tenant-registry.ts';

/** What went wrong, as the failure event says it. */
export const failure = z.object({ step: z.string(), error: z.string(), message: z.string(), retryable: z.boolean() });

/** The part of a nested execution's description that `.sync` puts into the Cause. */
const childDescription = z.object({
  ExecutionArn: z.string(),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});
/** What Lambda reports of a thrown error. */
const lambdaError = z.object({ errorType: z.string(), errorMessage: z.string() });

/**
 * Finds out which step failed and why, and writes it into the registry: from here on what the operation made is being
 * released (`COMPENSATING`).
 */
export const handler = step({
  name: 'record-failure',
  input: stepInput.extend({ state: z.string(), error: z.string(), cause: z.string() }),
  output: failure,
  async run({ state, error, cause, ...operation }) {
    const child = parse(childDescription, cause);
    const step = child ? ((await failedState(stepFunctions(), child.ExecutionArn)) ?? state) : state;
    const recorded = describe(step, child?.Error ?? error, child?.Cause ?? cause);
    await updateTenant(table(), operation, 'COMPENSATING', { failure: recorded });
    return recorded;
  },
});

function describe(step: string, error: string, cause: string): z.infer<typeof failure> {
  const thrown = parse(lambdaError, cause);
  const known = isErrorName(error) ? errorCatalogue[error] : undefined;
  const message = [thrown?.errorMessage ?? cause, known?.remedy].filter(Boolean).join(' ');
  // What Lambda or Step Functions themselves report (a crash, a time-out) passes by itself.
  return { step, error, message: message.slice(0, 2_000), retryable: known?.retryable ?? true };
}

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
