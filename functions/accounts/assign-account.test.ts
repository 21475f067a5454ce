import { AccountClient, GetAccountInformationCommand } from '@aws-sdk/client-account';
import { ListTagsForResourceCommand } from '@aws-sdk/client-organizations';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLedger } from '../operations/ledger-store.ts';
import type { LocalOrganization } from '../testing/local-organization.ts';
import { localOrganization } from '../testing/local-organization.ts';
import { readAccountEntry } from './account-ledger.ts';
import { assignAccount } from './assign-account.ts';
import { claimAccount } from './claim-account.ts';
import { createAccount } from './create-account.ts';
import { moveAccount } from './organization.ts';
import { recordPlan } from './plan-account.ts';
import { secureAccount } from './secure-account.ts';
import { stockAccount } from './stock-account.ts';

const NAME = 'tenantry-0123456789ab';
let organization: LocalOrganization;
let accountId: string;
beforeEach(async () => {
  organization = await localOrganization({ organizations: { throttling: false } }, ['account']);
  const { table, clients, creation } = organization;
  await recordPlan(table, { accountName: NAME, executionArn: 'arn:vend' }, creation.emailPattern);
  accountId = await organization.untilDone(() => createAccount(creation, NAME), ['StillCreating']);
  await secureAccount(table, clients, NAME);
  await stockAccount(table, NAME, 'now');
});
afterEach(() => organization.close());

const settings = () => new AccountClient(organization.as(accountId));
const assign = (tenantId: string) =>
  assignAccount(
    organization.table,
    organization.clients,
    settings(),
    createLedger(organization.table, { tenantId, operationId: 'op', generation: 1 }),
    { tenantId, tier: 'premium', accountName: NAME, accountId },
  );
const passTime = () => organization.local.cloud.clock.sleep(5_000);

describe('assignAccount', () => {
  it('moves, tags and names the account, and says so in the ledger; once more changes nothing', async () => {
    await claimAccount(organization.table, { tenantId: 'acme', operationId: 'op', generation: 1 });
    await assign('acme');
    await assign('acme');
    await passTime();
    expect(await organization.placeOf(accountId)).toBe('tenants');
    const { Tags = [] } = await organization.clients.reader.send(
      new ListTagsForResourceCommand({ ResourceId: accountId }),
    );
    expect(Tags).toEqual(expect.arrayContaining([{ Key: 'tenantry:tenant', Value: 'acme' }]));
    expect(Tags).toEqual(expect.arrayContaining([{ Key: 'tenantry:account', Value: NAME }]));
    expect(await settings().send(new GetAccountInformationCommand({}))).toMatchObject({ AccountName: 'tenantry-acme' });
    expect(await readAccountEntry(organization.table, 'acme')).toMatchObject({
      state: 'CREATED',
      attributes: { accountId, accountName: NAME },
    });
  });

  it('moves nothing for a tenant that has no claim', async () => {
    await expect(assign('acme')).rejects.toMatchObject({ name: 'ResourceNotOwned' });
    await claimAccount(organization.table, { tenantId: 'beta', operationId: 'op', generation: 1 });
    await expect(assign('acme')).rejects.toMatchObject({ name: 'ResourceNotOwned' });
    await passTime();
    expect(await organization.placeOf(accountId)).toBe('pool');
  });
});

describe('moveAccount', () => {
  it('counts as moved what is there already, and names where an account is that somebody else has moved', async () => {
    const { clients } = organization;
    await Promise.all([moveAccount(clients, accountId, 'pool', 'quarantine'), passTime()]);
    await moveAccount(clients, accountId, 'pool', 'quarantine');
    await passTime();
    await expect(moveAccount(clients, accountId, 'pool', 'tenants')).rejects.toMatchObject({
      name: 'ResourceNotOwned',
      message: expect.stringContaining('not in pool'),
    });
    expect(await organization.placeOf(accountId)).toBe('quarantine');
  });
});
