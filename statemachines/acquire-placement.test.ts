import { describe, expect, it } from 'vitest';
import { stepsFor } from '../tenancy/steps.ts';
import { type Run, runWorkflow, type Script } from './testing/run.ts';

const operation = { tenantId: 'acme', operationId: 'operation-1', executionArn: 'arn:onboard', tier: 'premium' };
const request = (account: 'pooled' | 'dedicated', workspace: 'namespace' | 'vcluster' = 'namespace') => ({
  ...operation,
  placement: { account, workspace },
});
const rest: Script = {
  EnsureAccount: { returns: { accountId: '111111111111' } },
  AssignAccount: { returns: { accountId: '200000000001' } },
  EnsureFoundation: { returns: { roleArn: 'arn:role' } },
  EnsureCluster: { returns: { name: 'shared-1', arn: 'arn:cluster', accountId: '111111111111' } },
  EnsureWorkspace: { returns: { namespace: 'tenant-acme' } },
  ProveIsolation: { returns: { cases: 40 } },
};
const claimed = { accountName: 'tenantry-1', accountId: '200000000001' };
const taskStates = (run: Run) => [...new Set(run.calls.map(({ state }) => state))];
const later = [
  'EnsureFoundation',
  'EnsureCluster',
  'EnsureClusterAccess',
  'EnsureClusterBaseline',
  'EnsureWorkspace',
  'ProveIsolation',
];

describe('acquire-placement', () => {
  it('takes a pooled tenant through its steps, with two transitions more than steps', async () => {
    const run = await runWorkflow('acquire-placement', request('pooled'), rest);
    expect(taskStates(run)).toEqual(stepsFor({ account: 'pooled', workspace: 'namespace' }).map(({ state }) => state));
    expect(run.states).toHaveLength(stepsFor({ account: 'pooled', workspace: 'namespace' }).length + 2);
    expect(run.output).toMatchObject({ accountId: '111111111111', roleArn: 'arn:role', isolation: { cases: 40 } });
  });

  it('takes a virtual cluster through its own steps, and counts the cases of both proofs', async () => {
    const run = await runWorkflow('acquire-placement', request('pooled', 'vcluster'), {
      ...rest,
      EnsureVcluster: { returns: { namespace: 'tenant-acme', name: 'acme', server: 'https://acme.example' } },
      ProveVclusterIsolation: { returns: { cases: 30 } },
    });
    expect(taskStates(run)).toEqual(stepsFor({ account: 'pooled', workspace: 'vcluster' }).map(({ state }) => state));
    expect(run.output).toMatchObject({
      namespace: 'tenant-acme',
      virtualCluster: { name: 'acme', server: 'https://acme.example' },
      isolation: { cases: 70 },
    });
  });

  it('claims a prepared account, and assigns it at its time', async () => {
    const moveAt = new Date(Date.now() + 3_600_000).toISOString();
    const script = { ...rest, ClaimAccount: { returns: { ...claimed, moveAt } } };
    const run = await runWorkflow('acquire-placement', request('dedicated'), script);
    expect(taskStates(run)).toEqual(['ClaimAccount', 'AssignAccount', ...later]);
    expect(run.seconds).toBeGreaterThan(3_500);
    expect(run.output).toMatchObject({ accountId: '200000000001' });
  });

  it('vends an account that is reserved for the tenant when there is none, and claims that', async () => {
    const script = {
      ...rest,
      ClaimAccount: [{ returns: { accountName: 'tenantry-1' } }, { returns: claimed }],
      VendAccount: { returns: claimed },
    };
    const run = await runWorkflow('acquire-placement', request('dedicated'), script);
    expect(taskStates(run)).toEqual(
      stepsFor({ account: 'dedicated', workspace: 'namespace' }).map(({ state }) => state),
    );
    expect(run.calls.map(({ state }) => state).slice(0, 4)).toEqual([
      'ClaimAccount',
      'VendAccount',
      'ClaimAccount',
      'AssignAccount',
    ]);
    expect(run.calls[1]?.input).toMatchObject({ accountName: 'tenantry-1', reservedFor: 'acme' });
    // The second claim is asked as the first was, whatever the vending returned.
    expect(run.calls[2]?.input).toEqual(run.calls[0]?.input);
  });

  it('tells every later step the account and the placement', async () => {
    for (const account of ['pooled', 'dedicated'] as const) {
      const run = await runWorkflow('acquire-placement', request(account), {
        ...rest,
        ClaimAccount: { returns: claimed },
      });
      const accountId = account === 'pooled' ? '111111111111' : '200000000001';
      for (const { input } of run.calls.filter(({ state }) => later.includes(state)))
        expect(input).toMatchObject({ ...operation, accountId, placement: { account } });
    }
  });

  it('fails as the vending did', async () => {
    const description = { ExecutionArn: 'arn:vend', Status: 'FAILED', Error: 'AccountRefused', Cause: 'INVALID_EMAIL' };
    const vend = (cause: string) => ({
      ...rest,
      ClaimAccount: { returns: { accountName: 'tenantry-1' } },
      VendAccount: { fails: 'States.TaskFailed', cause },
    });
    const refused = await runWorkflow('acquire-placement', request('dedicated'), vend(JSON.stringify(description)));
    expect(refused.outcome).toMatchObject({ status: 'FAILED', error: 'AccountRefused', cause: 'INVALID_EMAIL' });

    const aborted = { ExecutionArn: 'arn:vend', Status: 'ABORTED' };
    const stopped = await runWorkflow('acquire-placement', request('dedicated'), vend(JSON.stringify(aborted)));
    expect(stopped.outcome).toMatchObject({ error: 'States.TaskFailed', cause: 'The execution arn:vend is ABORTED' });

    const denied = await runWorkflow('acquire-placement', request('dedicated'), vend('not authorized'));
    expect(denied.outcome).toMatchObject({ error: 'States.TaskFailed', cause: 'not authorized' });
  });

  it('knows no third kind of account', async () => {
    const run = await runWorkflow('acquire-placement', { ...operation, placement: { account: 'rented' } }, rest);
    expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
    expect(run.calls).toEqual([]);
  });
});
