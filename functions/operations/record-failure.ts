import { z } from 'zod';
import { operationOf } from '../../tenancy/operations.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { stepFunctions } from './executions.ts';
import { describeFailure, failure } from './failure.ts';
import { expectCurrent, updateTenant } from './tenant-registry.ts';

/**
 * Finds out which step failed and why, and writes it into the registry: from here on what the operation made is being
 * released.
 */
export const handler = step({
  name: 'record-failure',
  input: stepInput.extend({ state: z.string(), error: z.string(), cause: z.string() }),
  output: failure,
  async run({ state, error, cause, ...operation }) {
    const recorded = await describeFailure(stepFunctions(), { state, error, cause });
    const tenant = await expectCurrent(table(), operation);
    // A tenant that changes its tier lives on where it did, while what was made beside that is released.
    const during = tenant.operation === 'onboard' ? 'COMPENSATING' : operationOf(tenant.operation).during;
    await updateTenant(table(), operation, during, { failure: recorded });
    return recorded;
  },
});
