import { z } from 'zod';
import { gateCapacity } from '../../tenancy/gates.ts';
import { step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { waker, wakeUpWith } from './executions.ts';
import { leave } from './gate.ts';

/** Leaves a gate that guards a limit of AWS: the next one is let in. Leaving twice is leaving once. */
export const handler = step({
  name: 'leave-named-gate',
  input: z.object({ gate: z.string(), holderId: z.string() }),
  output: z.object({ gate: z.string() }),
  async run({ gate, holderId }) {
    await leave(table(), gate, holderId, gateCapacity(gate), wakeUpWith(waker()));
    return { gate };
  },
});
