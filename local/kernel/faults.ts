import { AwsError } from './errors.ts';

/**
 * A fault to inject into calls of one operation.
 * - `fail-before`: answered with the error, nothing happened.
 * - `lose-response`: the effect happens, the answer never arrives (connection reset).
 * - `fail-after`: the effect happens, the answer is the error.
 * - `throttle`: `ThrottlingException` before the effect. `deny`: `AccessDeniedException` before the effect.
 * - `delay`: `milliseconds` of simulated time before the effect.
 * - `crash-before`, `crash-after`: the whole local cloud dies as by `kill -9`.
 */
export interface Fault {
  service: string;
  /** Operation name, or `*`. */
  operation: string;
  kind: 'fail-before' | 'fail-after' | 'lose-response' | 'throttle' | 'deny' | 'delay' | 'crash-before' | 'crash-after';
  /** How many calls it hits; then it is gone. Default 1. */
  count?: number;
  /** How many matching calls pass before it. Default 0. */
  after?: number;
  error?: { code: string; message?: string; status?: number };
  milliseconds?: number;
}

/** Thrown when the effect happened but the caller never hears of it; the gateway resets the connection. */
export class ResponseLost extends AwsError {
  constructor(service: string, operation: string) {
    super('RequestTimeout', `The response of ${service}:${operation} was lost.`, { fault: 'server' });
  }
}

/** The faults in force. */
export interface Faults {
  add(fault: Fault): void;
  list(): Fault[];
  clear(): void;
  /** The fault that hits this call, counted down. */
  take(service: string, operation: string): Fault | undefined;
}

/** An empty set of faults. */
export function createFaults(): Faults {
  let faults: (Fault & { count: number; after: number })[] = [];
  return {
    add(fault) {
      faults.push({ ...fault, count: fault.count ?? 1, after: fault.after ?? 0 });
    },
    list: () => faults.map((fault) => ({ ...fault })),
    clear() {
      faults = [];
    },
    take(service, operation) {
      for (const fault of faults) {
        if (fault.service !== service || (fault.operation !== '*' && fault.operation !== operation)) continue;
        if (fault.after > 0) {
          fault.after--;
          continue;
        }
        fault.count--;
        if (fault.count <= 0) faults.splice(faults.indexOf(fault), 1);
        return fault;
      }
      return undefined;
    },
  };
}

/** The error a fault answers with. */
export function faultError(fault: Fault): AwsError {
  if (fault.kind === 'throttle') return new AwsError('ThrottlingException', 'Rate exceeded');
  if (fault.kind === 'deny') {
    return new AwsError(
      'AccessDeniedException',
      `Injected: not authorized to perform: ${fault.service}:${fault.operation}`,
      { status: 403 },
    );
  }
  const { code = 'InternalFailure', message = 'Injected fault', status = 500 } = fault.error ?? {};
  return new AwsError(code, message, { status, fault: status >= 500 ? 'server' : 'client' });
}
