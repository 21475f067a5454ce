import { z } from 'zod';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { stepFunctions } from './executions.ts';
import { describeFailure, failure } from './failure.ts';
import { updateTenant } from './tenant-registry.ts';

/**
 * Finds out which step failed and why, and writes it into the registry: from here on what the operation made is being
 * released (`COMPENSATING`).
 */
export const handler = step({
  name: 'record-failure',
  input: stepInput.extend({ state: z.string(), error: z.string(), cause: z.string() }),
  output: failure,
  async run({ state, error, cause, ...operation }) {
    const recorded = await describeFailure(stepFunctions(), { state, error, cause });
    await updateTenant(table(), operation, 'COMPENSATING', { failure: recorded });
    return recorded;
  },
});
