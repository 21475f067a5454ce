import { InvokeCommand } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import type { Installation } from './installation.ts';

/** A function that said by an error what is wrong. */
export class StepError extends Error {
  /** Name of the error: one of the catalogue, or Lambda's own (`Sandbox.Timedout`). */
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(`${errorType}: ${message}`);
    this.errorType = errorType;
  }
}

/** Not all of Lambda's own failures have a type. */
const failure = z.object({ errorType: z.string().default('UnexpectedError'), errorMessage: z.string() });

/**
 * What the function of the installation that does this step answers: it has the rights, not this shell. Throws StepError when it failed.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export async function invoke(
  { lambda, functionName }: Pick<Installation, 'lambda' | 'functionName'>,
  step: string,
  input: object,
): Promise<unknown> {
  const { Payload, FunctionError } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName(step), Payload: Buffer.from(JSON.stringify(input)) }),
  );
  const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString());
  if (!FunctionError) return answer;
  const { errorType, errorMessage } = failure.parse(answer);
  throw new StepError(errorType, errorMessage);
}
