import { z } from 'zod';
import { gateCapacity } from '../../tenancy/gates.ts';
import { step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { pauseGate } from './gate.ts';

/**
 * Closes a gate because of something only a person can put right (an account limit, a payment): everyone waits there,
 * visibly, until it is resumed. Who ran into it leaves, and may queue again.
 */
export const handler = step({
  name: 'pause-gate',
  input: z.object({ gate: z.string(), holderId: z.string(), reason: z.string() }),
  output: z.object({ gate: z.string() }),
  async run({ gate, holderId, reason }, { logger }) {
    // An unknown gate must fail before it is made.
    gateCapacity(gate);
    await pauseGate(table(), gate, { holderId, reason, since: new Date().toISOString() });
    logger.warn('a gate was paused', { gate, holderId, reason });
    return { gate };
  },
});
