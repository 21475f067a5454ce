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
  /** Only calls of callers whose ARN this regular expression finds: `assumed-role/NAME/` is a role's. */
  caller?: string;
  /** Only calls whose input this regular expression finds, over lines `Member=value` in the order sent; `$` ends a line and `.` does not. */
  input?: string;
  error?: { code: string; message?: string; status?: number };
  milliseconds?: number;
}

/** A call that a fault may hit. */
export interface FaultedCall {
  readonly service: string;
  readonly operation: string;
  readonly callerArn: string;
  readonly input: unknown;
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
  take(call: FaultedCall): Fault | undefined;
}

/** An empty set of faults. */
export function createFaults(): Faults {
  let faults: PendingFault[] = [];
  return {
    add(fault) {
      faults.push({ ...fault, count: fault.count ?? 1, after: fault.after ?? 0, patterns: patternsOf(fault) });
    },
    list: () => faults.map(({ patterns: _patterns, ...fault }) => fault),
    clear() {
      faults = [];
    },
    take(call) {
      for (const fault of faults) {
        if (!hits(fault, call)) continue;
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

interface PendingFault extends Fault {
  count: number;
  after: number;
  patterns: { caller: RegExp | undefined; input: RegExp | undefined };
}

function patternsOf({ caller, input }: Fault): PendingFault['patterns'] {
  return {
    caller: caller === undefined ? undefined : new RegExp(caller),
    input: input === undefined ? undefined : new RegExp(input, 'm'),
  };
}

function hits(fault: PendingFault, { service, operation, callerArn, input }: FaultedCall): boolean {
  if (fault.service !== service || (fault.operation !== '*' && fault.operation !== operation)) return false;
  if (fault.patterns.caller?.test(callerArn) === false) return false;
  return fault.patterns.input?.test(inputText(input)) !== false;
}

/** A line for each member: texts and bodies as they are, everything else as JSON. */
function inputText(input: unknown): string {
  return Object.entries(input ?? {})
    .map(([member, value]) => `${member}=${memberText(value)}`)
    .join('\n');
}

function memberText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString() : JSON.stringify(value);
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
