import { describe, expect, it } from 'vitest';
import { runWorkflow, type Script } from './testing/run.ts';
import { begun, facts, from, inputOf, made, request, tasks, to } from './testing/tier-change.ts';

describe('move-placement', () => {
  const input = { ...request, executionArn: 'arn:parent', ...begun };
  const script: Script = {
    AcquirePlacement: { returns: { ...facts, namespace: 'tenant-acme--2', isolation: { cases: 40 } } },
    TransferWorkspace: { returns: { objects: 12, volumes: [] } },
    RequestMigration: { returns: {} },
    CompareWorkspace: { returns: { objects: 13, volumes: [] } },
  };

  it('checks, acquires the next placement, transfers, asks the product, and compares once more', async () => {
    const run = await runWorkflow('move-placement', input, script);
    expect(tasks(run)).toEqual([
      'CheckTierChange',
      'AcquirePlacement',
      'TransferWorkspace',
      'RequestMigration',
      'CompareWorkspace',
    ]);
    expect(inputOf(run, 'AcquirePlacement')).toMatchObject({
      generation: 2,
      tier: 'standard',
      placement: to.placement,
    });
    expect(run.output).toEqual({ to: made, objects: 13 });
  });

  it('gives up a placement that is still kept, after the check and before it makes another', async () => {
    const kept = { generation: 5, survivor: from.placement };
    const run = await runWorkflow('move-placement', { ...input, kept }, script);
    expect(tasks(run).slice(0, 5)).toEqual([
      'CheckTierChange',
      'RetireKept',
      'ReleaseKept',
      'ForgetKept',
      'AcquirePlacement',
    ]);
    // Whoever fails from here on leaves a placement that nobody can go back to.
    expect(inputOf(run, 'RetireKept')).toMatchObject({ generation: 5 });
    expect(inputOf(run, 'ReleaseKept')).toMatchObject({ only: kept });
  });

  it('ends when the product does not answer in time', async () => {
    const run = await runWorkflow('move-placement', input, {
      ...script,
      RequestMigration: { fails: 'States.Timeout' },
    });
    expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('transfers nothing that runs before the product has moved its data, and all of it then', async () => {
    const volumes = [{ namespace: 'tenant-acme', claim: 'data-db-0', storage: '10Gi' }];
    const run = await runWorkflow('move-placement', input, {
      ...script,
      TransferWorkspace: { returns: { objects: 12, volumes } },
      CompareWorkspace: { returns: { objects: 12, volumes } },
    });
    expect(inputOf(run, 'TransferWorkspace')).toMatchObject({ from, to: made, workloads: false });
    expect(inputOf(run, 'RequestMigration')).toMatchObject({ volumes });
    expect(inputOf(run, 'CompareWorkspace')).toMatchObject({ from, to: made, workloads: true });
    expect(run.output).toEqual({ to: made, objects: 12 });
  });
});
