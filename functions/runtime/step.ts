import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { toCatalogueError } from './aws-errors.ts';
import { withTimeLeft } from './time-left.ts';

/** What every step of a workflow is told: whose operation it works for. */
export const stepInput = z.object({
  tenantId: z.string(),
  operationId: z.string(),
  executionArn: z.string(),
});

/** What the steps of acquiring and releasing are told beyond that: which of the tenant's placements it is about. */
export const placedStepInput = stepInput.extend({ generation: z.int().positive() });

/** What log lines carry of a step's input, as far as it is there. */
const logged = placedStepInput.extend({ accountName: z.string() }).partial();

export interface StepDefinition<Input, Output> {
  /** File name of the step: `ensure-namespace`. */
  name: string;
  input: z.ZodType<Input>;
  output: z.ZodType<Output>;
  run(input: Input, context: StepContext): Promise<Output>;
}

export interface StepContext {
  logger: Logger;
}

/**
 * The Lambda handler of a workflow step: parses the input, runs it with a logger that carries tenant, operation,
 * execution and account, parses the output, and turns whatever is thrown into an error of the catalogue, whose name Step Functions
 * matches in Retry and Catch.
 *
 * A step that runs out of its function's time is left to Lambda, which ends the sandbox and says `Sandbox.Timedout`, which the workflows
 * try again. Were it answered a moment before, what it had begun would run on at the next invocation, for whomever that is.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
 */
export function step<Input, Output>(definition: StepDefinition<Input, Output>) {
  const logger = new Logger({ serviceName: definition.name });
  return middy<unknown, Output>({ timeoutEarlyInMillis: 0 })
    .onError((request) => {
      const error = toCatalogueError(request.error);
      logger.warn('step failed', { errorName: error.name, errorMessage: error.message });
      request.error = error;
    })
    .handler(async (event: unknown, lambda: Context) => {
      logger.resetKeys();
      logger.addContext(lambda);
      const input = parseInput(definition.input, event);
      logger.appendKeys(identifiers(event));
      const started = Date.now();
      const run = () => definition.run(input, { logger });
      const output = definition.output.parse(await withTimeLeft(() => lambda.getRemainingTimeInMillis(), run));
      logger.info('step done', { durationMilliseconds: Date.now() - started });
      return output;
    });
}

function parseInput<Input>(schema: z.ZodType<Input>, event: unknown): Input {
  const result = schema.safeParse(event);
  if (result.success) return result.data;
  throw new CatalogueError('InvalidInput', z.prettifyError(result.error));
}

function identifiers(event: unknown): Record<string, unknown> {
  const result = logged.safeParse(event);
  return result.success ? result.data : {};
}
