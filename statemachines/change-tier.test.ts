import { describe, expect, it } from 'vitest';
import { runWorkflow, type Script } from './testing/run.ts';
import { begun, event, from, inputOf, keptUntil, made, request, tasks, to } from './testing/tier-change.ts';

const failure = { step: 'EnsureVcluster', error: 'NoClusterCapacity', message: 'No room.', retryable: false };
const rest: Script = {
  Admit: { returns: { admitted: true } },
  BeginTierChange: { returns: begun },
  MovePlacement: { returns: { to: made, objects: 12 } },
  CutOver: { returns: { keptUntil } },
  RecordFailure: { returns: failure },
};

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
