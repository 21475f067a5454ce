import type { Clock } from '../kernel/clock.ts';
import { jumpingClock } from '../kernel/clocks.ts';
import { administrator, createCloud, type RunningCloud } from '../kernel/cloud.ts';
import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Caller, Cloud, CloudEvent, Identity, Service } from '../kernel/service.ts';
import { openStore } from '../kernel/sqlite-store.ts';

export const ACCOUNT = '111111111111';
export const ADMIN = administrator(ACCOUNT);

/** A running cloud of a few services for unit tests, with a recording identity in the place of IAM. */
export interface TestCloud {
  readonly cloud: RunningCloud;
  readonly checked: AccessRequest[];
  readonly events: CloudEvent[];
  /** Roles that do not exist: `serviceRole` refuses them. */
  readonly missingRoles: Set<string>;
  /** Actions that are denied to everyone but the administrator. */
  readonly denied: Set<string>;
  call<Output = Record<string, unknown>>(
    service: string,
    operation: string,
    input?: unknown,
    caller?: Caller,
  ): Promise<Output>;
}

/** Starts the services over a throw-away store, or the folder `state`. The clock jumps unless one is given. */
export async function testCloud(
  makers: readonly ((cloud: Cloud) => Service)[],
  options: { state?: string; clock?: Clock } = {},
): Promise<TestCloud> {
  const checked: AccessRequest[] = [];
  const missingRoles = new Set<string>();
  const denied = new Set<string>();
  const events: CloudEvent[] = [];
  const cloud = createCloud({
    clock: options.clock ?? jumpingClock(),
    store: openStore(options.state ?? ':memory:'),
    accountId: ACCOUNT,
    identity: (running) => recordingIdentity(running, checked, missingRoles, denied),
  });
  cloud.on((event) => events.push(event));
  for (const make of makers) cloud.register(make(cloud));
  await cloud.start();
  return {
    cloud,
    checked,
    events,
    missingRoles,
    denied,
    call: (service, operation, input, caller = ADMIN) => cloud.call(service, operation, input, caller),
  };
}

function recordingIdentity(
  cloud: Cloud,
  checked: AccessRequest[],
  missingRoles: ReadonlySet<string>,
  denied: ReadonlySet<string>,
): Identity {
  return {
    authenticate: () => ADMIN,
    authorize(caller, requests) {
      checked.push(...requests);
      const refused = requests.find((request) => denied.has(request.action));
      if (!refused || caller.kind === 'administrator') return;
      throw new AwsError(
        'AccessDeniedException',
        `User: ${caller.arn} is not authorized to perform: ${refused.action} on resource: ${refused.resource}`,
        { status: 403 },
      );
    },
    serviceRole(roleArn, _servicePrincipal, sessionName) {
      if (missingRoles.has(roleArn)) throw new AwsError('AccessDenied', `no ${roleArn}`, { status: 403 });
      const [, , , , accountId = '', role = ''] = roleArn.split(':');
      const arn = `arn:aws:sts::${accountId}:assumed-role/${role.replace('role/', '')}/${sessionName}`;
      return { kind: 'role', accountId, arn, userId: `AROATEST:${sessionName}`, roleArn };
    },
    credentials: (_caller, durationSeconds) => ({
      accessKeyId: 'ASIATEST',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiration: new Date(cloud.clock.now() + durationSeconds * 1000),
    }),
  };
}

/** The error a call ends in; fails when it succeeds. */
export async function refusal(call: Promise<unknown>): Promise<AwsError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
  throw new Error('the call was expected to be refused');
}

/** Resolves when `condition` is true, looked at once per turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
