import type { Clock } from '../../kernel/clock.ts';
import { jumpingClock } from '../../kernel/clocks.ts';
import { administrator, createCloud, type RunningCloud } from '../../kernel/cloud.ts';
import type { AwsError } from '../../kernel/errors.ts';
import type { Caller, Identity, OperationInput, Service } from '../../kernel/service.ts';
import { openStore } from '../../kernel/sqlite-store.ts';
import type { Store } from '../../kernel/store.ts';

export const ACCOUNT = '111111111111';
export const OPERATOR = administrator(ACCOUNT);
export const MACHINE = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:onboard`;
export const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:step`;
export const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:orders`;
export const DEAD_LETTERS = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/events`;

/** A call that reached a target. */
export interface TargetCall {
  readonly operation: string;
  readonly input: OperationInput;
  readonly caller: Caller;
  readonly time: number;
}

export interface Harness {
  readonly cloud: RunningCloud;
  readonly calls: TargetCall[];
  /** Errors the next calls of an operation answer, in order. */
  readonly failures: Map<string, AwsError[]>;
  /** Operations that never answer. */
  readonly hanging: Set<string>;
  call(operation: string, input: object): Promise<OperationInput>;
  /** Resolves when `done` holds; the clock leaps meanwhile. */
  until(done: () => boolean): Promise<void>;
}

/** A local cloud on a jumping clock with the service under test, and targets that only write down what they get. */
export async function startHarness(
  make: (cloud: RunningCloud) => Service,
  options: { store?: Store; clock?: Clock; identity?: Partial<Identity> } = {},
): Promise<Harness> {
  const clock = options.clock ?? jumpingClock();
  const cloud = createCloud({
    clock,
    store: options.store ?? openStore(':memory:'),
    accountId: ACCOUNT,
    identity: () => ({ ...openIdentity, ...options.identity }),
  });
  const calls: TargetCall[] = [];
  const failures = new Map<string, AwsError[]>();
  const hanging = new Set<string>();
  const service = make(cloud);
  cloud.register(service);
  for (const [name, operation] of Object.entries({ states: 'StartExecution', lambda: 'Invoke', sqs: 'SendMessage' })) {
    cloud.register(target(name, operation, { calls, failures, hanging, clock }));
  }
  await cloud.start();
  return {
    cloud,
    calls,
    failures,
    hanging,
    call: (operation, input) => cloud.call(service.name, operation, input, OPERATOR),
    until: (done) => until(done, cloud),
  };
}

const openIdentity: Identity = {
  authenticate: () => OPERATOR,
  authorize: () => undefined,
  serviceRole: (roleArn) => ({
    kind: 'role',
    accountId: ACCOUNT,
    arn: `${roleArn}/session`,
    userId: 'AROA:session',
    roleArn,
  }),
  credentials() {
    throw new Error('no credentials are needed here');
  },
};

function target(
  name: string,
  operation: string,
  { calls, failures, hanging, clock }: Pick<Harness, 'calls' | 'failures' | 'hanging'> & { clock: Clock },
): Service {
  return {
    name,
    protocol: { kind: 'json', version: '1.0', targetPrefix: name },
    operations: {
      [operation]: {
        authorize: () => [],
        handle(input, { caller }) {
          calls.push({ operation, input, caller, time: clock.now() });
          const failure = failures.get(operation)?.shift();
          if (failure) throw failure;
          if (hanging.has(operation)) return new Promise(() => undefined);
          return {};
        },
      },
    },
  };
}

/** Turns of the event loop (each is a chance for the jumping clock to leap) before giving up. */
const MOST_TURNS = 20_000;

async function until(done: () => boolean, cloud: RunningCloud): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    if (done()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`not done at simulated time ${new Date(cloud.clock.now()).toISOString()}`);
}
