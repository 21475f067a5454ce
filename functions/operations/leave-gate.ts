import { z } from 'zod';
import { tenantGate } from '../../tenancy/gates.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { waker, wakeUpWith } from './executions.ts';
import { leave } from './gate.ts';

/** The operation has ended: the next one of the tenant is let in. */
export const handler = step({
  name: 'leave-gate',
  input: stepInput,
  output: z.object({ gate: z.string() }),
  async run({ tenantId, operationId }) {
    const gate = tenantGate(tenantId);
    await leave(table(), gate, operationId, 1, wakeUpWith(waker()));
    return { gate };
  },
});
