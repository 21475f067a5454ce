/** A fault of the local cloud; see `local/kernel/faults.ts`. */
export interface Fault {
  service: string;
  operation: string;
  kind: 'fail-before' | 'fail-after' | 'lose-response' | 'throttle' | 'deny' | 'delay';
  count?: number;
  after?: number;
  /** Regular expressions on the caller's ARN and on the input. */
  caller?: string;
  input?: string;
  error?: { code: string; message?: string; status?: number };
}

/** Injects a fault, or several. */
export async function injectFault(endpoint: string, fault: Fault | Fault[]): Promise<void> {
  const answer = await fetch(`${endpoint}/_local/faults`, { method: 'POST', body: JSON.stringify(fault) });
  if (!answer.ok) throw new Error(`the fault was refused: ${await answer.text()}`);
}

/** Faults that have not hit their calls. */
export async function pendingFaults(endpoint: string): Promise<Fault[]> {
  const answer = await fetch(`${endpoint}/_local/faults`);
  return ((await answer.json()) as { faults: Fault[] }).faults;
}

/** Takes all faults away. */
export async function clearFaults(endpoint: string): Promise<void> {
  await fetch(`${endpoint}/_local/faults`, { method: 'DELETE' });
}
