import { z } from 'zod';
import { errorCatalogue, isErrorName } from '../../tenancy/errors.ts';
import { failedState, type StepFunctions } from './executions.ts';

/** What went wrong, as the failure events say it. */
export const failure = z.object({ step: z.string(), error: z.string(), message: z.string(), retryable: z.boolean() });

export type Failure = z.infer<typeof failure>;

/** The part of a nested execution's description that `.sync` puts into the Cause. */
const childDescription = z.object({
  ExecutionArn: z.string(),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});
/** What Lambda reports of a thrown error. */
const lambdaError = z.object({ errorType: z.string(), errorMessage: z.string() });

/** What a state failed with, as Step Functions tells it. */
export interface FailedState {
  state: string;
  error: string;
  cause: string;
}

/** Which step failed and why: in nested executions, the step of the innermost. */
export async function describeFailure(client: StepFunctions, { state, error, cause }: FailedState): Promise<Failure> {
  const child = parse(childDescription, cause);
  if (!child) return describe(state, error, cause);
  const step = (await failedState(client, child.ExecutionArn)) ?? state;
  return describeFailure(client, { state: step, error: child.Error ?? error, cause: child.Cause ?? '' });
}

function describe(step: string, error: string, cause: string): Failure {
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
