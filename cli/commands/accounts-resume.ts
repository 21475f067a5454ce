import { SFNClient } from '@aws-sdk/client-sfn';
import { wakeUpWith } from '../../functions/operations/executions.ts';
import { resumeGate } from '../../functions/operations/gate.ts';
import { readGate } from '../../functions/operations/gate-records.ts';
import { gateCapacity, type SharedGate } from '../../tenancy/gates.ts';
import type { Installation } from '../installation.ts';
import { print } from '../output.ts';
import { clientOptions } from '../settings.ts';
import { gateLine, gateViews } from './accounts.ts';

const GATE: SharedGate = 'account-creation';

/**
 * `tenantry accounts resume`: opens the gate of account creation again, after a person has put right why it was paused,
 * and lets in whoever waits.
 */
export async function resumeAccounts(installation: Installation, json: boolean): Promise<void> {
  const { table, settings } = installation;
  const paused = (await readGate(table, GATE))?.paused;
  // A wake-up is never tried twice: the second would be told that nobody waits.
  const waker = new SFNClient({ ...clientOptions(settings), maxAttempts: 1 });
  try {
    await resumeGate(table, GATE, gateCapacity(GATE), wakeUpWith(waker));
  } finally {
    waker.destroy();
  }
  const gate = (await gateViews(installation)).find(({ gate }) => gate === GATE);
  print(json, { resumed: paused !== undefined, gate }, () =>
    [
      paused ? `resumed; it was paused since ${paused.since}: ${paused.reason}` : 'the gate was not paused',
      ...(gate ? [gateLine(gate)] : []),
    ].join('\n'),
  );
}
