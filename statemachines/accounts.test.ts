import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../local/states/engine/contract.ts';
import { runWorkflow, type Script } from './testing/run.ts';

const account = { accountName: 'tenantry-1', accountId: '200000000001' };
const vending: Script = {
  PlanAccount: { returns: { accountName: account.accountName } },
  EnterCreationGate: { returns: { admitted: true } },
  CreateAccount: { returns: { accountId: account.accountId } },
};
const vend = (script: Script = {}) =>
  runWorkflow('vend-account', { accountName: account.accountName, reservedFor: 'acme' }, { ...vending, ...script });
const steps = ['SecureAccount', 'AwaitReadiness', 'ApplyBaseline', 'StockAccount'];

describe('vend-account', () => {
  it('creates inside the gate and prepares outside of it', async () => {
    const run = await vend();
    expect(run.states).toEqual(['PlanAccount', 'EnterCreationGate', 'CreateAccount', 'LeaveCreationGate', ...steps]);
    expect(run.output).toEqual(account);
    expect(run.calls[1]?.input).toMatchObject({ gate: 'account-creation', holderId: account.accountName });
    for (const { state, input } of run.calls)
      if (!state.includes('Gate')) expect(input).toMatchObject({ accountName: account.accountName });
    expect(run.calls[0]?.input).toMatchObject({
      reservedFor: 'acme',
      executionArn: expect.stringContaining('vend-account'),
    });
  });

  it('pauses everybody when the organization cannot create accounts, and waits at the gate again', async () => {
    const run = await vend({
      CreateAccount: [
        { fails: 'AccountCreationBlocked', cause: 'ACCOUNT_LIMIT_EXCEEDED' },
        { returns: { accountId: account.accountId } },
      ],
    });
    expect(run.states.slice(1, 6)).toEqual([
      'EnterCreationGate',
      'CreateAccount',
      'PauseCreations',
      'EnterCreationGate',
      'CreateAccount',
    ]);
    expect(run.calls.find(({ state }) => state === 'PauseCreations')?.input).toEqual({
      gate: 'account-creation',
      holderId: account.accountName,
      reason: 'ACCOUNT_LIMIT_EXCEEDED',
    });
    expect(run.outcome.status).toBe('SUCCEEDED');
  });

  it('leaves the gate when the creation fails, and fails with that error', async () => {
    const run = await vend({ CreateAccount: { fails: 'AccountRefused', cause: 'INVALID_EMAIL' } });
    expect(run.states.slice(-2)).toEqual(['LeaveCreationGateAfterFailure', 'VendingFailed']);
    expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'AccountRefused', cause: 'INVALID_EMAIL' });
    expect((await vend({ CreateAccount: { fails: 'Runtime.Unknown' } })).outcome.error).toBe('Runtime.Unknown');
  });

  it('polls a creation for two days, at first every ten seconds, within the events of one execution', async () => {
    const run = await vend({ CreateAccount: { fails: 'StillCreating' } });
    expect(run.seconds).toBeGreaterThan(172_800 * 0.98);
    expect(run.events).toBeLessThan(25_000);
    expect(run.outcome.error).toBe('StillCreating');

    const short = await vend({ CreateAccount: [...Array(6).fill({ fails: 'StillCreating' }), { returns: {} }] });
    expect(short.seconds).toBeGreaterThan(59);
    expect(short.seconds).toBeLessThan(66);
  });

  it.each(['AccountCreationInterrupted', 'AccountEmailTaken'])('asks again after %s, six times', async (error) => {
    const run = await vend({ CreateAccount: { fails: error } });
    expect(run.calls.filter(({ state }) => state === 'CreateAccount')).toHaveLength(7);
    expect(run.outcome.error).toBe(error);
  });

  it('waits three days for quotas', async () => {
    const run = await vend({ AwaitReadiness: { fails: 'AccountNotReady' } });
    expect(run.seconds).toBeGreaterThan(3 * 86_400);
    expect(run.outcome.error).toBe('AccountNotReady');
  });
});

const tenant = { tenantId: 'acme', operationId: 'operation-1', executionArn: 'arn:onboard' };
const clean = (script: Script) => runWorkflow('clean-account', { ...tenant, accountName: account.accountName }, script);

describe('clean-account', () => {
  it('moves, cleans until nothing is found, and returns, each at its time', async () => {
    const begun = Date.now();
    const at = (seconds: number) => new Date(begun + seconds * 1_000).toISOString();
    const run = await clean({
      BeginCleaning: { returns: { clean: true, moveAt: at(600) } },
      CleanAccount: [{ fails: 'StillCleaning' }, { fails: 'StillCleaning' }, { returns: { moveAt: at(1_200) } }],
    });
    expect(run.states).toEqual([
      'BeginCleaning',
      'NeedsCleaning',
      'PaceQuarantine',
      'CleanAccount',
      'PaceReturn',
      'ReturnAccount',
    ]);
    expect(run.seconds).toBeGreaterThan(1_100);
    for (const { input } of run.calls) expect(input).toEqual({ ...tenant, accountName: account.accountName });
  });

  it('leaves an account alone that nobody lived in', async () => {
    const run = await clean({ BeginCleaning: { returns: { clean: false } } });
    expect(run.states).toEqual(['BeginCleaning', 'NeedsCleaning', 'NothingToClean']);
    expect(run.outcome.status).toBe('SUCCEEDED');
  });

  it.each(['AccountUncleanable', 'StillCleaning'])(
    'gives up in quarantine after %s, which ends the release',
    async (error) => {
      const run = await clean({
        BeginCleaning: { returns: { clean: true } },
        CleanAccount: { fails: error, cause: 'resists' },
      });
      expect(run.states.slice(-2)).toEqual(['CleanAccount', 'QuarantineAccount']);
      expect(run.outcome.status).toBe('SUCCEEDED');
    },
  );

  it('a failure of the cleaning itself fails, so that a redrive goes on', async () => {
    const run = await clean({
      BeginCleaning: { returns: { clean: true } },
      CleanAccount: { fails: 'AwsAccessDenied', cause: 'ec2:DescribeVpcs' },
    });
    expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'AwsAccessDenied' });
  });
});

describe('close-account', () => {
  const input = { accountId: account.accountId, requestedBy: 'arn:operator' };

  it('closes inside its gate', async () => {
    const run = await runWorkflow('close-account', input, {
      CloseAccount: [{ fails: 'StillDeleting' }, { returns: { state: 'CLOSED' } }],
    });
    expect(run.states).toEqual(['EnterClosingGate', 'CloseAccount', 'LeaveClosingGate']);
    expect(run.calls[0]?.input).toMatchObject({ gate: 'account-closing', holderId: account.accountId });
    expect(run.calls[1]?.input).toMatchObject(input);
    expect(run.output).toEqual({ state: 'CLOSED' });
  });

  it('leaves its gate when the closure fails, and fails with that error', async () => {
    const run = await runWorkflow('close-account', input, {
      CloseAccount: { fails: 'AwsRejected', cause: 'the payer' },
    });
    expect(run.states.slice(-2)).toEqual(['LeaveClosingGateAfterFailure', 'ClosingFailed']);
    expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'AwsRejected', cause: 'the payer' });
  });
});

describe('release-placement', () => {
  it('gives an account of its own back through clean-account, a place in the shared one by itself', async () => {
    const resources: JsonValue[] = [
      { kind: 'cluster-access', name: 'shared-1', attributes: { roleArn: 'arn:role', accountId: account.accountId } },
      { kind: 'foundation', name: 'tenantry-foundation-acme', attributes: { accountId: account.accountId } },
      { kind: 'account', name: 'dedicated', attributes: { accountName: account.accountName } },
      { kind: 'account', name: 'pooled', attributes: {} },
    ];
    const run = await runWorkflow('release-placement', tenant, { PlanRelease: { returns: { resources } } });
    expect(run.output).toEqual({ released: 4 });
    expect(run.calls.slice(1).map(({ state }) => state)).toEqual([
      'ReleaseClusterAccess',
      'ReleaseFoundation',
      'ReleaseDedicatedAccount',
      'ReleaseAccount',
    ]);
    // What the ledger knows of a resource goes to the step that releases it.
    expect(run.calls[1]?.input).toMatchObject({ ...tenant, name: 'shared-1', attributes: { roleArn: 'arn:role' } });
    expect(run.calls[2]?.input).toMatchObject({ ...tenant, attributes: { accountId: account.accountId } });
    expect(run.calls[3]?.input).toMatchObject({ ...tenant, accountName: account.accountName });
    expect(run.calls[4]?.input).toEqual({ ...tenant, name: 'pooled' });
  });
});
