import { describe, expect, it } from 'vitest';
import { type Run, runWorkflow, type Script } from './testing/run.ts';

const placement = { account: 'pooled', workspace: 'namespace' };
const request = {
  tenantId: 'acme',
  operationId: 'operation-1',
  executionArn: 'arn:change',
  generation: 1,
  tier: 'standard',
  fromTier: 'basic',
  placement,
  roleArn: 'arn:role',
  accountId: '111111111111',
  cluster: { name: 'shared-1', arn: 'arn:cluster', accountId: '111111111111' },
  namespace: 'tenant-acme',
};
const script: Script = {
  EnsureWorkspace: { returns: { namespace: 'tenant-acme' } },
  EnsureVcluster: { returns: { namespace: 'tenant-acme', name: 'acme', server: 'https://acme.example' } },
  ProveVclusterIsolation: { returns: { cases: 30 } },
  ProveIsolation: { returns: { cases: 40 } },
};
const names = (run: Run) => run.calls.map(({ state }) => state);

describe('adjust-placement', () => {
  it('loosens first and tightens last: capacity around the workspace, the proof at the end', async () => {
    const run = await runWorkflow('adjust-placement', request, script);
    expect(names(run)).toEqual([
      'CheckTierChange',
      'RaiseCommitment',
      'LoosenWorkspace',
      'EnsureFoundation',
      'AdjustAccess',
      'EnsureWorkspace',
      'LowerCommitment',
      'ProveIsolation',
    ]);
    const { accountId, roleArn, cluster, namespace } = request;
    expect(run.output).toEqual({ accountId, roleArn, cluster, namespace, isolation: { cases: 40 } });
  });

  it('checks the whole change, in the words of the pre-flight', async () => {
    const { calls } = await runWorkflow('adjust-placement', request, script);
    const { tenantId, operationId, executionArn, accountId, roleArn, cluster, namespace } = request;
    expect(calls[0]?.input).toEqual({
      tenantId,
      operationId,
      executionArn,
      how: 'in-place',
      from: { generation: 1, tier: 'basic', placement, accountId, roleArn, cluster, namespace },
      to: { generation: 1, tier: 'standard', placement },
    });
    const commitments = calls.filter(({ state }) => state.endsWith('Commitment'));
    expect(commitments.map(({ input }) => input['until'])).toEqual(['both', 'new']);
  });

  it('updates the stack in an attempt of its own at every execution, for one and the same operation', async () => {
    const failing = { ...script, EnsureFoundation: [{ fails: 'StillCreating' }, { returns: {} }] };
    const updates = async (execution: string) => {
      const { calls } = await runWorkflow('adjust-placement', request, failing, execution);
      return calls.filter(({ state }) => state === 'EnsureFoundation').map(({ input }) => input);
    };
    const [first, again] = await updates('acme-1');
    const [redriven] = await updates('acme-2');
    expect([first, again, redriven]).toMatchObject(Array(3).fill({ operationId: 'operation-1' }));
    expect(first?.['attempt']).toMatch(/^[0-9a-f]{16}$/);
    expect(again).toEqual(first);
    expect(redriven?.['attempt']).toMatch(/^[0-9a-f]{16}$/);
    expect(redriven?.['attempt']).not.toBe(first?.['attempt']);
  });

  it('proves a virtual cluster inside too, and counts the cases of both', async () => {
    const virtualCluster = { name: 'acme', server: 'https://acme.example' };
    const run = await runWorkflow(
      'adjust-placement',
      { ...request, placement: { account: 'pooled', workspace: 'vcluster' }, virtualCluster },
      script,
    );
    expect(names(run).slice(5)).toEqual([
      'EnsureVcluster',
      'LowerCommitment',
      'ProveVclusterIsolation',
      'ProveIsolation',
    ]);
    expect(run.calls[0]?.input['from']).toMatchObject({ virtualCluster });
    expect(run.output).toMatchObject({ virtualCluster, isolation: { cases: 70 } });
  });

  it.each(['TierChangeRefused', 'NoClusterCapacity'])('ends with %s before anything was touched', async (error) => {
    const at = error === 'NoClusterCapacity' ? 'RaiseCommitment' : 'CheckTierChange';
    const run = await runWorkflow('adjust-placement', request, { ...script, [at]: { fails: error, cause: 'why' } });
    expect(run.outcome).toMatchObject({ error });
    expect(names(run).at(-1)).toBe(at);
  });
});
