import { CreateAccountCommand, CreateAccountFailureReason } from '@aws-sdk/client-organizations';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureReasons } from '../../tenancy/accounts/failure-reasons.ts';
import type { LocalOrganization } from '../testing/local-organization.ts';
import { localOrganization } from '../testing/local-organization.ts';
import { getAccount } from './account-store.ts';
import { createAccount } from './create-account.ts';
import { recordPlan } from './plan-account.ts';
import { secureAccount } from './secure-account.ts';
import { stockAccount } from './stock-account.ts';

let organization: LocalOrganization;
beforeEach(async () => {
  organization = await localOrganization({ organizations: { throttling: false } });
});
afterEach(() => organization.close());

const NAME = 'tenantry-0123456789ab';
const WAITS = ['StillCreating', 'AccountCreationInterrupted', 'AccountEmailTaken'];

const plan = (accountName = NAME) =>
  recordPlan(organization.table, { accountName, executionArn: 'arn:vend' }, organization.creation.emailPattern);
const visit = (accountName = NAME) => createAccount(organization.creation, accountName);
const vend = (accountName = NAME) => organization.untilDone(() => visit(accountName), WAITS);
const names = async () => (await organization.members()).map(({ Name }) => Name);

/** What the next call of the operation meets in the local cloud. */
const fault = (operation: string, kind: 'lose-response' | 'fail-before' | 'fail-after' | 'throttle', error?: object) =>
  organization.local.cloud.faults.add({
    service: 'organizations',
    operation,
    kind,
    ...(error && { error: error as never }),
  });

describe('createAccount', () => {
  it('makes the account, fenced and then stocked', async () => {
    await plan();
    const accountId = await vend();
    expect(await getAccount(organization.table, NAME)).toMatchObject({
      state: 'VENDED',
      accountId,
      email: `aws+pool.${NAME}@example.com`,
    });
    expect(await organization.placeOf(accountId)).toBe('root');
    await secureAccount(organization.table, organization.clients, NAME);
    await secureAccount(organization.table, organization.clients, NAME);
    expect(await stockAccount(organization.table, NAME, 'now')).toBe(accountId);
    await organization.local.cloud.clock.sleep(5_000);
    expect(await organization.placeOf(accountId)).toBe('pool');
    expect(await visit(), 'a later visit finds what there is').toBe(accountId);
  });

  it.each(['lose-response', 'fail-after'] as const)(
    'adopts the account of a call that was not answered (%s)',
    async (kind) => {
      await plan();
      fault('CreateAccount', kind, { code: 'ServiceException', status: 500 });
      await vend();
      expect(await names()).toEqual([NAME]);
    },
  );

  it('takes an error without an answer of the service for an unknown outcome, whatever it is', async () => {
    await plan();
    const { clients } = organization;
    const broken = {
      send: async (command: never) => {
        await clients.creator.send(command);
        throw new TypeError('terminated');
      },
    };
    const creation = { ...organization.creation, clients: { ...clients, creator: broken as typeof clients.creator } };
    await organization.untilDone(() => createAccount(creation, NAME), WAITS);
    expect(await names()).toEqual([NAME]);
  });

  it('adopts an account that was made while nobody looked', async () => {
    await plan();
    fault('CreateAccount', 'lose-response');
    await expect(visit()).rejects.toThrow('was asked');
    await organization.local.cloud.clock.sleep(3_600_000);
    await vend();
    expect(await names()).toEqual([NAME]);
  });

  it('asks again when a call that was not answered did nothing, and not before the lists must show it', async () => {
    await plan();
    fault('CreateAccount', 'fail-before', { code: 'ServiceException', status: 500 });
    const started = organization.now();
    await expect(visit()).rejects.toThrow('was asked');
    await organization.untilDone(
      async () => {
        if ((await getAccount(organization.table, NAME))?.requestId === undefined) await visit();
      },
      WAITS,
      5,
    );
    expect(organization.now() - started).toBeGreaterThanOrEqual(60_000);
    await vend();
    expect(await names()).toEqual([NAME]);
  });

  it('lets one of many overlapping visits call', async () => {
    await plan();
    for (let round = 0; round < 3; round++) await Promise.allSettled(Array.from({ length: 6 }, () => visit()));
    await vend();
    expect(await names()).toEqual([NAME]);
  });

  it.each(Object.values(CreateAccountFailureReason))('answers a creation that fails with %s', async (reason) => {
    await plan();
    await organization.inject({ kind: 'failed-creation', reason });
    const kind = failureReasons[reason];
    if (kind === 'blocked' || kind === 'refused') {
      const name = kind === 'blocked' ? 'AccountCreationBlocked' : 'AccountRefused';
      await expect(vend()).rejects.toMatchObject({ name, message: expect.stringContaining(reason) });
      if (kind === 'refused') return expect(vend()).rejects.toMatchObject({ name: 'AccountRefused' });
    }
    await vend();
    expect(await names()).toEqual([NAME]);
    const { alias, failures } = (await getAccount(organization.table, NAME)) ?? {};
    expect({ alias, failures }).toEqual({ alias: kind === 'next-address' ? 1 : 0, failures: 1 });
  });

  it('leaves alone an account of somebody else that has the address, and takes the next one', async () => {
    await plan();
    await organization.clients.broker.send(
      new CreateAccountCommand({ AccountName: 'somebody', Email: `aws+pool.${NAME}@example.com` }),
    );
    await organization.local.cloud.clock.sleep(600_000);
    await vend();
    expect(await getAccount(organization.table, NAME)).toMatchObject({ email: `aws+pool.${NAME}-2@example.com` });
    expect((await names()).sort()).toEqual(['somebody', NAME]);
  });

  it('waits for the organization to be initialized, for a place among five, and for the rate; stops at the account limit', async () => {
    await plan();
    for (const code of [
      'FinalizingOrganizationException',
      'ConcurrentModificationException',
      'TooManyRequestsException',
    ]) {
      fault('CreateAccount', 'fail-before', { code });
      await expect(
        organization.untilDone(async () => {
          await visit();
        }, []),
      ).rejects.toMatchObject({ name: 'StillCreating' });
      await organization.local.cloud.clock.sleep(60_000);
      expect(await getAccount(organization.table, NAME)).not.toHaveProperty('askedAt');
    }
    await organization.inject({ kind: 'account-limit', limit: 1 });
    await expect(vend()).rejects.toMatchObject({ name: 'AccountCreationBlocked' });
    await organization.inject({ kind: 'account-limit', limit: 2 });
    await vend();
    expect(await names()).toEqual([NAME]);
  });
});
