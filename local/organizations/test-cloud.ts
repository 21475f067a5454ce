import { createIdentity } from '../iam/identity.ts';
import { iamService } from '../iam/service.ts';
import { jumpingClock } from '../kernel/clocks.ts';
import { administrator, createCloud, type RunningCloud } from '../kernel/cloud.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Caller, OperationInput } from '../kernel/service.ts';
import { openStore } from '../kernel/sqlite-store.ts';
import type { Store } from '../kernel/store.ts';
import { stsService } from '../sts/service.ts';
import { accountRules } from './account-rules.ts';
import { organizationsDatabase } from './database.ts';
import { type OrganizationsOptions, organizationsService } from './service.ts';

/** The operator of the management account. */
export const MANAGEMENT: Caller = administrator('111111111111');

export interface TestOrganization {
  readonly cloud: RunningCloud;
  /** Calls Organizations, as the management account unless said otherwise. */
  call(operation: string, input?: unknown, caller?: Caller): Promise<OperationInput>;
  /** Requests an account and waits until it is there: its id. */
  account(name: string): Promise<string>;
  readonly rootId: string;
}

/**
 * For tests: a local cloud of IAM, STS and Organizations with an organization, on a clock that leaps. Nothing is
 * throttled and everything is consistent at once unless said otherwise.
 */
export async function testOrganization(
  options: OrganizationsOptions & { store?: Store } = {},
): Promise<TestOrganization> {
  const cloud = createCloud({
    clock: jumpingClock(),
    store: options.store ?? openStore(':memory:'),
    identity: (running) => createIdentity(running, accountRules(running)),
  });
  cloud.register(iamService(cloud, { consistencyDelaySeconds: 0 }));
  cloud.register(stsService(cloud));
  cloud.register(
    organizationsService(cloud, {
      organization: true,
      throttling: false,
      accountLimit: 1_000,
      consistencyDelaySeconds: 0,
      ...options,
    }),
  );
  await cloud.start();
  const call = (operation: string, input: unknown = {}, caller = MANAGEMENT) =>
    cloud.call<OperationInput>('organizations', operation, input, caller);
  return {
    cloud,
    call,
    rootId: organizationsDatabase(cloud).organizationOf('111111111111')?.rootId ?? '',
    async account(name) {
      const { CreateAccountStatus } = await call('CreateAccount', { AccountName: name, Email: `${name}@example.com` });
      const { AccountId } = await settledStatus(cloud, call, CreateAccountStatus.Id);
      return AccountId;
    },
  };
}

/** The status of a creation once it is complete. */
export async function settledStatus(cloud: RunningCloud, call: TestOrganization['call'], id: string) {
  for (;;) {
    const { CreateAccountStatus } = await call('DescribeCreateAccountStatus', { CreateAccountRequestId: id });
    if (CreateAccountStatus.State !== 'IN_PROGRESS') return CreateAccountStatus;
    await cloud.clock.sleep(5_000);
  }
}

/** The code of the error, or of the reason within it; "ok" if there is none. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return error.fields['Reason'] === undefined ? error.code : `${error.code} ${String(error.fields['Reason'])}`;
  }
}
