import { DescribeAccountCommand } from '@aws-sdk/client-organizations';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asManagement } from './support/account-inventory.ts';
import {
  accountOf,
  accountRecords,
  filledPool,
  namedAccount,
  organizationsOf,
  settledUnitOf,
  unitOf,
} from './support/accounts.ts';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { tenantry } from './support/command-line.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { clearFaults, injectFault } from './support/faults.ts';
import { createPlus } from './support/placements.ts';
import { freshTenant } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';

const clients = connect(endpoint);
const management = organizationsOf(endpoint);
let bus: BusListener;

beforeAll(async () => {
  bus = await listen(clients);
});
afterEach(() => clearFaults(endpoint));
afterAll(() => bus.close());

describe('an onboarding that fails after its account was claimed', () => {
  const tenant = freshTenant('returns');
  let accountId: string;
  let quarantined: string;

  /** One onboarding that is undone. */
  async function fails(): Promise<void> {
    const failures = bus.about(tenant).length;
    await filledPool(clients);
    await injectFault(endpoint, { service: 'eks', operation: 'CreateAccessEntry', kind: 'deny' });
    const operationId = await createPlus(clients, tenant);
    const { detail } = await bus.find(
      'the failure',
      (event) => event['detail-type'] === 'TenantOnboardingFailed' && event.detail.data.operationId === operationId,
    );
    expect(detail.data).toMatchObject({ step: 'EnsureClusterAccess', outcome: 'released' });
    expect(bus.about(tenant)).toHaveLength(failures + 1);
    expect(await registered(clients, tenant)).toMatchObject({ state: 'ONBOARDING_FAILED' });
    expect(new Set(Object.values(await ledger(clients, tenant)))).toEqual(new Set(['DELETED']));
  }

  /** As if cleaning had gone on for so many scans, a minute each. */
  async function pretendScans(accountName: string, dirtyScans: number): Promise<void> {
    await clients.table.send(
      new UpdateCommand({
        TableName: 'tenantry-registry',
        Key: { pk: `ACCOUNT#${accountName}`, sk: 'ACCOUNT' },
        UpdateExpression: 'SET dirtyScans = :many',
        ExpressionAttributeValues: { ':many': dirtyScans },
      }),
    );
  }

  it('gives it back, clean, for the same tenant only', async () => {
    await fails();
    const account = await accountOf(clients, tenant);
    accountId = account.accountId;
    expect(account).toMatchObject({ state: 'AVAILABLE', previousTenant: tenant });
    expect(await settledUnitOf(clients, endpoint, accountId)).toBe('Pool');
    const stranger = freshTenant('stranger');
    await filledPool(clients);
    await createPlus(clients, stranger);
    await bus.heard('TenantReady', stranger);
    expect((await accountOf(clients, stranger)).accountId).not.toBe(accountId);
  });

  it('keeps it in quarantine, and is undone all the same, when something in it resists', async () => {
    const inside = await asManagement(endpoint, accountId);
    await new SQSClient(inside).send(new CreateQueueCommand({ QueueName: 'resists' }));
    await injectFault(endpoint, { service: 'sqs', operation: 'DeleteQueue', kind: 'deny', count: 100 });
    const failing = fails();
    const last = await eventually('the end of cleaning', async () => {
      const account = await namedAccount(clients, tenant);
      // A scan that was going on writes its own count.
      if (account?.state === 'CLEANING' && account.dirtyScans) await pretendScans(account.accountName, 40);
      return account?.state === 'QUARANTINED' ? account : undefined;
    });
    expect(last.accountId, 'the tenant came back to its account').toBe(accountId);
    await failing;
    const account = await accountOf(clients, tenant);
    expect(account).toMatchObject({ accountId, state: 'QUARANTINED', previousTenant: tenant });
    expect(account.resisting).toEqual([expect.stringMatching(/^queue \S+\/resists \(us-east-1\): AccessDenied/)]);
    expect(await settledUnitOf(clients, endpoint, accountId)).toBe('Quarantine');
    quarantined = account.accountName;
  });

  it('is repeated in another account then', async () => {
    await filledPool(clients);
    await createPlus(clients, tenant);
    await bus.heard('TenantReady', tenant);
    expect((await accountOf(clients, tenant)).accountId).not.toBe(accountId);
  });

  describe('tenantry accounts close', () => {
    const close = (...args: string[]) => tenantry(endpoint, 'accounts', 'close', ...args);

    it('without --confirm says what would happen, and changes nothing', async () => {
      const { code, stdout } = await close(accountId);
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was changed.') });
      expect(await unitOf(endpoint, accountId)).toBe('Quarantine');
    });

    it('with --confirm closes it; a second time it is closed already', async () => {
      expect(await close(quarantined, '--confirm')).toMatchObject({ code: 0, stderr: '' });
      const { Account } = await management.send(new DescribeAccountCommand({ AccountId: accountId }));
      expect(Account).toMatchObject({ State: 'CLOSED' });
      expect(await settledUnitOf(clients, endpoint, accountId)).toBe('Suspended');
      const record = (await accountRecords(clients)).find((account) => account.accountId === accountId);
      expect(record).toMatchObject({ state: 'CLOSED', closedAt: expect.any(String) });
      const again = await close(accountId, '--confirm');
      expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining(`was closed at ${record?.closedAt}`) });
    });

    it('refuses one that a tenant lives in', async () => {
      const lived = await accountOf(clients, tenant);
      const { code, stderr } = await close(lived.accountId, '--confirm');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(new RegExp(`^tenantry: .* is CLAIMED of "${tenant}": only accounts`)),
      });
      expect(await accountOf(clients, tenant)).toMatchObject({ state: 'CLAIMED' });
    });
  });
});
