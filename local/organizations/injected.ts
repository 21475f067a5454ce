import { AwsError } from '../kernel/errors.ts';
import type { LocalRequest, LocalResponse } from '../kernel/service.ts';

const FAILURE_REASONS: readonly string[] = [
  'ACCOUNT_LIMIT_EXCEEDED',
  'EMAIL_ALREADY_EXISTS',
  'INVALID_ADDRESS',
  'INVALID_EMAIL',
  'CONCURRENT_ACCOUNT_MODIFICATION',
  'INTERNAL_FAILURE',
  'GOVCLOUD_ACCOUNT_ALREADY_EXISTS',
  'MISSING_BUSINESS_VALIDATION',
  'FAILED_BUSINESS_VALIDATION',
  'PENDING_BUSINESS_VALIDATION',
  'INVALID_IDENTITY_FOR_BUSINESS_VALIDATION',
  'UNKNOWN_BUSINESS_VALIDATION',
  'MISSING_PAYMENT_INSTRUMENT',
  'INVALID_PAYMENT_INSTRUMENT',
  'UPDATE_EXISTING_RESOURCE_POLICY_WITH_TAGS_NOT_SUPPORTED',
];

/**
 * What can be made to go wrong:
 * - `slow-creation`: the next `count` creations are in progress for `seconds` (3,600 by default).
 * - `failed-creation`: the next `count` creations fail with `reason`, a FailureReason of the API.
 * - `account-limit`: the limit of every organization is `limit` from now on.
 */
export type Injection =
  | { kind: 'slow-creation'; count?: number; seconds?: number }
  | { kind: 'failed-creation'; count?: number; reason: string }
  | { kind: 'account-limit'; limit: number };

export interface Injected {
  /** Throws AwsError ValidationException for what is no injection. */
  add(injection: Injection): void;
  list(): Injection[];
  clear(): void;
  /** Seconds for the creation that is requested now, if it is to be slow. */
  takeSlowness(): number | undefined;
  /** The reason for which the creation that is requested now fails. */
  takeFailure(): string | undefined;
  accountLimit(): number | undefined;
}

/** No injections yet; they are not kept over a restart, as those of the kernel are not. */
export function createInjected(): Injected {
  let waiting: (Injection & { kind: 'slow-creation' | 'failed-creation'; count: number })[] = [];
  let limit: number | undefined;

  function take<K extends 'slow-creation' | 'failed-creation'>(kind: K): Extract<Injection, { kind: K }> | undefined {
    const found = waiting.find((one) => one.kind === kind);
    if (!found) return undefined;
    found.count--;
    waiting = waiting.filter(({ count }) => count > 0);
    return found as Extract<Injection, { kind: K }>;
  }

  return {
    add(injection) {
      check(injection);
      if (injection.kind === 'account-limit') limit = injection.limit;
      else waiting.push({ ...injection, count: injection.count ?? 1 });
    },
    list: () => [
      ...waiting.map((one) => ({ ...one })),
      ...(limit === undefined ? [] : [{ kind: 'account-limit', limit } as const]),
    ],
    clear() {
      waiting = [];
      limit = undefined;
    },
    takeSlowness() {
      const found = take('slow-creation');
      return found && (found.seconds ?? 3_600);
    },
    takeFailure: () => take('failed-creation')?.reason,
    accountLimit: () => limit,
  };
}

function check(injection: Injection): void {
  const count = 'count' in injection ? (injection.count ?? 1) : 1;
  const valid =
    Number.isInteger(count) &&
    count > 0 &&
    ((injection.kind === 'slow-creation' && (injection.seconds ?? 1) > 0) ||
      (injection.kind === 'failed-creation' && FAILURE_REASONS.includes(injection.reason)) ||
      (injection.kind === 'account-limit' && injection.limit > 0));
  if (valid) return;
  throw new AwsError(
    'ValidationException',
    `An injection is {"kind": "slow-creation", "count"?, "seconds"?}, {"kind": "failed-creation", "count"?, "reason"} with a reason of ${FAILURE_REASONS.join(', ')}, or {"kind": "account-limit", "limit"}.`,
  );
}

/** `/_local/organizations/faults`: GET lists, POST adds one, DELETE clears. */
export async function injectedRoutes(injected: Injected, request: LocalRequest): Promise<LocalResponse> {
  if (request.path !== '/faults') return json(404, { message: `There is no route ${request.path}.` });
  try {
    if (request.method === 'DELETE') injected.clear();
    if (request.method === 'POST') injected.add(JSON.parse(Buffer.from(request.body).toString()));
  } catch (error) {
    if (error instanceof AwsError || error instanceof SyntaxError) return json(400, { message: error.message });
    throw error;
  }
  return json(200, { faults: injected.list() });
}

function json(status: number, value: unknown): LocalResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
