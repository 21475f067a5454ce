import { z } from 'zod';
import { gateCapacity } from '../../tenancy/gates.ts';
import { step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { waker, wakeUpWith } from './executions.ts';
import { arrive } from './gate.ts';

/**
 * Puts an execution into the queue of a gate that guards a limit of AWS, and lets in whoever is first. The state waits
 * (`.waitForTaskToken`) until its turn has come; at a paused gate, until a person has resumed it.
 */
export const handler = step({
  name: 'enter-gate',
  input: z.object({
    gate: z.string(),
    holderId: z.string(),
    executionArn: z.string(),
    taskToken: z.string(),
    /** When the state was entered: the order of the queue. */
    enteredAt: z.string(),
  }),
  output: z.object({ gate: z.string() }),
  async run({ enteredAt, ...waiter }) {
    await arrive(table(), { ...waiter, enqueuedAt: enteredAt }, gateCapacity(waiter.gate), wakeUpWith(waker()));
    return { gate: waiter.gate };
  },
});
