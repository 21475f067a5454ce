import { CreateStateMachineCommand, DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { planAccount, transition } from '../../functions/accounts/account-store.ts';
import { takeClosure } from '../../functions/accounts/closing/closure-ledger.ts';
import { arrive, pauseGate } from '../../functions/operations/gate.ts';
import { type LocalOrganization, localOrganization, MANAGEMENT } from '../../functions/testing/local-organization.ts';
import { administrator } from '../../local/kernel/cloud.ts';
import type { Account, AccountState } from '../../tenancy/accounts/account.ts';
import { connect, type Installation } from '../installation.ts';
import { accounts, showAccount } from './accounts.ts';
import { closeAccount } from './accounts-close.ts';
import { resumeAccounts } from './accounts-resume.ts';

let organization: LocalOrganization;
let installation: Installation;
beforeAll(async () => {
  organization = await localOrganization({}, ['states', 'logs']);
  const connected = await connect({ ...organization.as(MANAGEMENT), local: true });
  installation = { ...connected, table: organization.table };
  await record('tenantry-a', 'AVAILABLE', { accountId: '200000000001' });
  await record('tenantry-b', 'AVAILABLE', { accountId: '200000000002', previousTenant: 'acme' });
  await record('tenantry-c', 'CLAIMED', { accountId: '200000000003', tenantId: 'globex' });
  await record('tenantry-d', 'QUARANTINED', {
    accountId: '200000000004',
    previousTenant: 'umbrella',
    resisting: ['bucket locked (global): AccessDenied'],
  });
  await record('tenantry-e', 'REQUESTED', {});
});
afterAll(() => organization.close());

async function record(accountName: string, state: AccountState, changes: Partial<Account>): Promise<void> {
  const at = new Date(organization.now() - 3.5 * 86_400_000).toISOString();
  const planned = { accountName, email: `${accountName}@example.com`, alias: 0, plannedAt: at, failures: 0 };
  await planAccount(organization.table, { ...planned, state: 'PLANNED', updatedAt: at });
  await transition(organization.table, accountName, ['PLANNED'], state, changes);
}

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
const text = () => printed.join('\n');

describe('tenantry accounts', () => {
  it('lists accounts, what the pool holds, and who is at the gates', async () => {
    await accounts(installation, false);
    expect(text()).toMatch(/tenantry-c +200000000003 +CLAIMED +globex +3 days/);
    expect(text()).toMatch(/tenantry-b +200000000002 +AVAILABLE +\(acme\)/);
    expect(text()).toContain('pool: 1 ready for anyone, 1 kept for their tenants, 1 on their way');
    expect(text()).toContain('gate account-closing: 0 of 3 inside, 0 waiting');
    printed = [];
    await accounts(installation, true);
    expect(JSON.parse(text())).toMatchObject({ pool: { virgin: 1, kept: 1, progressing: 1 } });
  });

  it('shows one by id or name with what resists, and says so when there is none', async () => {
    await showAccount(installation, '200000000004', false);
    expect(text()).toMatch(/state +QUARANTINED/);
    expect(text()).toContain('Resists\n  bucket locked (global): AccessDenied');
    await expect(showAccount(installation, '299999999999', false)).rejects.toThrow('"tenantry accounts" shows all');
  });

  it('resumes the paused gate of creation and lets in who waits', async () => {
    const gate = 'account-creation';
    await pauseGate(organization.table, gate, { reason: 'ACCOUNT_LIMIT_EXCEEDED', holderId: 'a', since: 'now' });
    const waiter = { gate, holderId: 'b', executionArn: 'arn:b', taskToken: 'unknown', enqueuedAt: '1' };
    await arrive(organization.table, waiter, 5, async () => 'woken');
    await accounts(installation, false);
    expect(text()).toMatch(/0 of 5 inside, 1 waiting; PAUSED since now: ACCOUNT_LIMIT_EXCEEDED.*accounts resume/);
    printed = [];
    await resumeAccounts(installation, false);
    expect(text()).toMatch(/^resumed; .*ACCOUNT_LIMIT_EXCEEDED\ngate account-creation: 0 of 5 inside, 0 waiting$/);
    printed = [];
    await resumeAccounts(installation, false);
    expect(text()).toContain('was not paused');
  });
});

describe('tenantry accounts close', () => {
  const options = { confirm: false, json: false };

  it('changes nothing unless it is confirmed, and says what would happen', async () => {
    await takeClosure(organization.table, '299999999998', organization.now(), async () => 0);
    await closeAccount(installation, '200000000004', options);
    expect(text()).toContain('budget: 249 of at least 250 closures are left in 30 days');
    expect(text()).toContain('Nothing was changed.');
    printed = [];
    await showAccount(installation, '200000000004', true);
    expect(JSON.parse(text())).toMatchObject({ state: 'QUARANTINED' });
  });

  it('refuses the account of a tenant', async () => {
    await expect(closeAccount(installation, 'tenantry-c', { ...options, confirm: true })).rejects.toThrow(
      /is CLAIMED of "globex": only accounts that are AVAILABLE or QUARANTINED/,
    );
  });

  it('starts the workflow for the account, on behalf of who asked, and tells how it ended', async () => {
    await machine({ Type: 'Fail', Error: 'CloseBudgetExhausted', Cause: 'The next can be closed after tomorrow.' });
    await expect(closeAccount(installation, '200000000001', { ...options, confirm: true })).rejects.toThrow(
      'ended FAILED: CloseBudgetExhausted: The next can be closed after tomorrow.',
    );
    const executionArn = printed.join('\n').match(/arn:aws:states:\S+/)?.[0];
    const { input } = await installation.stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    expect(JSON.parse(input ?? '')).toEqual({
      accountId: '200000000001',
      requestedBy: `arn:aws:iam::${MANAGEMENT}:root`,
    });
  });

  async function machine(Close: object): Promise<void> {
    const trust = { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' };
    await organization.local.cloud.call(
      'iam',
      'CreateRole',
      { RoleName: 'states', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }) },
      administrator(MANAGEMENT),
    );
    await organization.local.cloud.clock.sleep(60_000);
    await installation.stepFunctions.send(
      new CreateStateMachineCommand({
        name: 'tenantry-close-account',
        roleArn: `arn:aws:iam::${MANAGEMENT}:role/states`,
        definition: JSON.stringify({ StartAt: 'Close', States: { Close } }),
      }),
    );
  }
});
