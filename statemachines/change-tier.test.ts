import { describe, expect, it } from 'vitest';
import { type Run, runWorkflow, type Script } from './testing/run.ts';

const event = { id: 'eb-1', source: 'saas.shop', 'detail-type': 'TenantTierChangeRequested', time: 't', detail: {} };
const request = {
  tenantId: 'acme',
  operationId: 'operation-2',
  correlationId: 'offer-7',
  owner: 'saas.shop',
  tier: 'standard',
  event,
};
const facts = {
  accountId: '111111111111',
  roleArn: 'arn:aws:iam::111111111111:role/tenantry/tenants/tenantry-tenant-acme',
  cluster: { name: 'shared-1', arn: 'arn:cluster', accountId: '111111111111' },
  namespace: 'tenant-acme',
};
const from = { generation: 1, tier: 'basic', placement: { account: 'pooled', workspace: 'namespace' }, ...facts };
const to = { generation: 2, tier: 'standard', placement: { account: 'pooled', workspace: 'vcluster' } };
const made = { ...to, ...facts, namespace: 'tenant-acme--2' };
const begun = { how: 'moved', from, to, productSeconds: 3_600, heartbeatSeconds: 3_600, keepSeconds: 259_200 };
const keptUntil = '2026-11-25T10:15:00.000Z';
const failure = { step: 'EnsureVcluster', error: 'NoClusterCapacity', message: 'No room.', retryable: false };
const rest: Script = {
  Admit: { returns: { admitted: true } },
  BeginTierChange: { returns: begun },
  MovePlacement: { returns: { to: made, objects: 12 } },
  CutOver: { returns: { keptUntil } },
  RecordFailure: { returns: failure },
};
const tasks = (run: Run) => run.calls.map(({ state }) => state);
const inputOf = (run: Run, state: string) => run.calls.find((call) => call.state === state)?.input;

describe('change-tier', () => {
  it('moves, cuts over, announces, has the old placement retired, and leaves the gate', async () => {
    const run = await runWorkflow('change-tier', request, rest);
    expect(tasks(run)).toEqual([
      'Admit',
      'BeginTierChange',
      'MovePlacement',
      'CutOver',
      'AnnounceTierChanged',
      'RetirePlacement',
      'LeaveGate',
    ]);
    expect(run.outcome.status).toBe('SUCCEEDED');
    expect(inputOf(run, 'MovePlacement')).toMatchObject({ tenantId: 'acme', from, to, correlationId: 'offer-7' });
    expect(inputOf(run, 'CutOver')).toMatchObject({ to: made, keepSeconds: 259_200 });
    expect(inputOf(run, 'AnnounceTierChanged')).toMatchObject({
      how: 'moved',
      from,
      to: made,
      keptUntil,
      transferred: 12,
    });
    expect(inputOf(run, 'RetirePlacement')).toMatchObject({ tenantId: 'acme', generation: 1, keptUntil });
  });

  it('changes numbers in place and leaves nothing behind to retire', async () => {
    const inPlace = { ...begun, how: 'in-place', to: { ...to, generation: 1, placement: from.placement } };
    const run = await runWorkflow('change-tier', request, {
      ...rest,
      BeginTierChange: { returns: inPlace },
      CutOver: { returns: {} },
    });
    expect(tasks(run).slice(2)).toEqual(['AdjustPlacement', 'CutOver', 'AnnounceTierChanged', 'LeaveGate']);
    expect(inputOf(run, 'AdjustPlacement')).toMatchObject({ generation: 1, fromTier: 'basic', tier: 'standard' });
    expect(inputOf(run, 'CutOver')).toMatchObject({ to: { ...from, tier: 'standard' } });
    expect(inputOf(run, 'CutOver')).not.toHaveProperty('keepSeconds');
  });

  it('releases what was made beside, and only that, when the move fails', async () => {
    const run = await runWorkflow('change-tier', request, {
      ...rest,
      MovePlacement: { fails: 'States.TaskFailed', cause: '{}' },
    });
    expect(tasks(run).slice(2)).toEqual([
      'MovePlacement',
      'RecordFailure',
      'ReleasePlacement',
      'AnnounceTierChangeFailed',
      'LeaveGateAfterFailure',
    ]);
    expect(inputOf(run, 'RecordFailure')).toMatchObject({ state: 'MovePlacement', error: 'States.TaskFailed' });
    expect(inputOf(run, 'ReleasePlacement')).toMatchObject({ only: { generation: 2, survivor: from.placement } });
    expect(inputOf(run, 'AnnounceTierChangeFailed')).toMatchObject({
      tier: 'basic',
      requestedTier: 'standard',
      failure,
    });
    expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'NoClusterCapacity' });
  });

  it('gives the old numbers back, and never releases anything, when a change in place fails', async () => {
    const inPlace = { ...begun, how: 'in-place', to: { ...to, generation: 1, placement: from.placement } };
    const run = await runWorkflow('change-tier', request, {
      ...rest,
      BeginTierChange: { returns: inPlace },
      AdjustPlacement: { fails: 'States.TaskFailed', cause: '{}' },
    });
    expect(tasks(run)).not.toContain('ReleasePlacement');
    expect(inputOf(run, 'RestorePlacement')).toMatchObject({ generation: 1, fromTier: 'standard', tier: 'basic' });
    expect(run.outcome.status).toBe('FAILED');
  });

  it.each(['moved', 'in-place'])(
    'touches nothing when the pre-flight refuses a change that would be %s',
    async (how) => {
      const run = await runWorkflow('change-tier', request, {
        ...rest,
        BeginTierChange: { returns: { ...begun, how } },
        MovePlacement: { fails: 'States.TaskFailed', cause: '{}' },
        AdjustPlacement: { fails: 'States.TaskFailed', cause: '{}' },
        RecordFailure: { returns: { ...failure, step: 'CheckTierChange', error: 'TierChangeRefused' } },
      });
      expect(tasks(run).slice(3)).toEqual(['RecordFailure', 'AnnounceTierChangeFailed', 'LeaveGateAfterFailure']);
      expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'TierChangeRefused' });
    },
  );

  it('stops where a compensation fails, for a redrive', async () => {
    const run = await runWorkflow('change-tier', request, {
      ...rest,
      MovePlacement: { fails: 'States.TaskFailed', cause: '{}' },
      ReleasePlacement: { fails: 'States.TaskFailed', cause: '{}' },
    });
    expect(tasks(run).at(-1)).toBe('ReleasePlacement');
    expect(run.outcome.status).toBe('FAILED');
  });

  it('only goes forward from the cut-over on', async () => {
    for (const state of ['CutOver', 'AnnounceTierChanged']) {
      const run = await runWorkflow('change-tier', request, { ...rest, [state]: { fails: 'AwsAccessDenied' } });
      expect(tasks(run).at(-1)).toBe(state);
      expect(run.outcome.status).toBe('FAILED');
    }
  });

  it('takes a retirement that was started before for its own', async () => {
    const run = await runWorkflow('change-tier', request, {
      ...rest,
      RetirePlacement: { fails: 'StepFunctions.ExecutionAlreadyExistsException' },
    });
    expect(tasks(run).at(-1)).toBe('LeaveGate');
    expect(run.outcome.status).toBe('SUCCEEDED');
  });

  it.each(['TenantUnknown', 'TenantNotOwned', 'TenantStateConflict', 'TierChangeSuperseded'])(
    'answers %s with a rejection of the very event and leaves the gate',
    async (error) => {
      const cause = JSON.stringify({ errorType: error, errorMessage: 'No.' });
      const run = await runWorkflow('change-tier', request, { ...rest, BeginTierChange: { fails: error, cause } });
      expect(tasks(run).slice(2)).toEqual(['RejectEvent', 'LeaveGate']);
      expect(inputOf(run, 'RejectEvent')).toMatchObject({ event, error, cause });
      expect(run.output).toEqual({ rejected: error });
    },
  );
});

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
    expect(tasks(run).slice(0, 4)).toEqual(['CheckTierChange', 'ReleaseKept', 'ForgetKept', 'AcquirePlacement']);
    expect(inputOf(run, 'ReleaseKept')).toMatchObject({ only: kept });
  });

  it('ends when the product does not answer in time', async () => {
    const run = await runWorkflow('move-placement', input, {
      ...script,
      RequestMigration: { fails: 'States.Timeout' },
    });
    expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });
});

describe('retire-placement', () => {
  const input = { tenantId: 'acme', operationId: 'operation-2-retire', correlationId: 'offer-7', generation: 1 };
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

  it('waits outside of the gate, then releases and forgets', async () => {
    const only = { generation: 1, survivor: to.placement };
    const run = await runWorkflow(
      'retire-placement',
      { ...input, keptUntil: inHours(72) },
      { BeginRetirement: { returns: { only } } },
    );
    expect(run.states[0]).toBe('KeepPlacement');
    expect(run.seconds).toBeGreaterThan(71 * 3_600);
    expect(tasks(run)).toEqual(['Admit', 'BeginRetirement', 'ReleasePlacement', 'ForgetPlacement', 'LeaveGate']);
    expect(inputOf(run, 'ReleasePlacement')).toMatchObject({ only });
  });

  it('does nothing about a placement that was taken back', async () => {
    const run = await runWorkflow('retire-placement', { ...input, keptUntil: inHours(1) });
    expect(tasks(run)).toEqual(['Admit', 'BeginRetirement', 'LeaveGate']);
    expect(run.output).toEqual({ released: false });
  });
});

describe('reverse-tier-change', () => {
  it('cuts back and has the newer placement retired at once', async () => {
    const run = await runWorkflow('reverse-tier-change', request, {
      BeginReversal: { returns: { from: made, to: from } },
      CutOver: { returns: { keptUntil } },
    });
    expect(tasks(run)).toEqual([
      'Admit',
      'BeginReversal',
      'CutOver',
      'AnnounceTierChanged',
      'RetirePlacement',
      'LeaveGate',
    ]);
    expect(inputOf(run, 'CutOver')).toMatchObject({ to: from, keepSeconds: 0 });
    expect(inputOf(run, 'AnnounceTierChanged')).toMatchObject({ how: 'taken-back', from: made, to: from });
    expect(inputOf(run, 'RetirePlacement')).toMatchObject({ generation: 2, keptUntil });
  });

  it('rejects what cannot be reversed', async () => {
    const cause = JSON.stringify({ errorType: 'NothingToReverse', errorMessage: 'No.' });
    const run = await runWorkflow('reverse-tier-change', request, {
      BeginReversal: { fails: 'NothingToReverse', cause },
    });
    expect(tasks(run).slice(2)).toEqual(['RejectEvent', 'LeaveGateAfterRejection']);
  });
});
