import { z } from 'zod';
import { tenantGate } from '../../tenancy/gates.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { waker, wakeUpWith } from './executions.ts';
import { arrive } from './gate.ts';

/**
 * One operation per tenant, first come first served: puts the execution into the tenant's queue and lets in whoever is
 * first. The state waits (`.waitForTaskToken`) until it is this execution's turn, so waiting is visible.
 */
export const handler = step({
  name: 'admit',
  input: stepInput.extend({ taskToken: z.string(), enteredAt: z.string() }),
  output: z.object({ gate: z.string() }),
  async run({ tenantId, operationId, executionArn, taskToken, enteredAt }) {
    const gate = tenantGate(tenantId);
    const waiter = { gate, holderId: operationId, executionArn, taskToken, enqueuedAt: enteredAt };
    await arrive(table(), waiter, 1, wakeUpWith(waker()));
    return { gate };
  },
});
