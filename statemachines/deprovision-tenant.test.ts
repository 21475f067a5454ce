import { describe, expect, it } from 'vitest';
import { type Run, runWorkflow, type Script } from './testing/run.ts';

const event = { id: 'eb-1', source: 'saas.shop', 'detail-type': 'TenantDeletionRequested', time: 't', detail: {} };
const request = { tenantId: 'acme', operationId: 'operation-2', correlationId: 'offer-7', owner: 'saas.shop', event };
const DAY = 86_400;
const inDays = (days: number) => new Date(Date.now() + days * DAY * 1_000).toISOString();
const begun = (graceEndsAt: string) => ({
  tier: 'basic',
  suspensionId: 'operation-2',
  graceEndsAt,
  productExportSeconds: 3_600,
});
const exported = { bucket: 'exports', key: 'acme', versionId: '1', sha256: 'ff', bytes: 10, objects: 3 };
const proof = { checkedAt: '2026-12-22T10:21:00.000Z', absent: ['namespace'] };
const rest: Script = {
  Admit: { returns: { admitted: true } },
  BeginDeprovisioning: { returns: begun(inDays(30)) },
  SuspendWorkspace: { returns: { workloads: 2, leftRunning: [] } },
  GracePeriod: { fails: 'States.Timeout' },
  CommitDeletion: { returns: { commitment: 'committed' } },
  ExportWorkspace: { returns: exported },
  ExportFromProduct: { returns: {} },
  SweepTenant: { returns: proof },
  AnnounceDeprovisioned: { returns: { eventId: 'e', tombstoneUntil: 't' } },
};
const tasks = (run: Run) => run.calls.map(({ state }) => state);
const inputOf = (run: Run, state: string) => run.calls.find((call) => call.state === state)?.input;

describe('deprovision-tenant', () => {
  it('suspends, waits, exports, releases, sweeps and announces, in this order', async () => {
    const run = await runWorkflow('deprovision-tenant', request, rest);
    expect(tasks(run)).toEqual([
      'Admit',
      'BeginDeprovisioning',
      'SuspendWorkspace',
      'GracePeriod',
      'CommitDeletion',
      'ExportWorkspace',
      'ExportFromProduct',
      'ReleasePlacement',
      'SweepTenant',
      'AnnounceDeprovisioned',
      'LeaveGate',
    ]);
    expect(run.outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(run.output).toMatchObject({ tombstoneUntil: 't' });
    expect(inputOf(run, 'SuspendWorkspace')).toMatchObject({ tenantId: 'acme', suspensionId: 'operation-2' });
    expect(inputOf(run, 'AnnounceDeprovisioned')).toMatchObject({ export: exported, proof, correlationId: 'offer-7' });
  });

  it('wakes from the grace period as soon as it is cancelled, and makes everything what it was', async () => {
    const run = await runWorkflow('deprovision-tenant', request, {
      ...rest,
      GracePeriod: { returns: { admitted: true } },
      CommitDeletion: { returns: { commitment: 'cancelled' } },
    });
    expect(tasks(run).slice(4)).toEqual(['CommitDeletion', 'ResumeWorkspace', 'AnnounceResumed', 'LeaveGate']);
    expect(run.outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(run.seconds).toBeLessThan(DAY);
  });

  it('goes on waiting when something else woke it', async () => {
    const run = await runWorkflow('deprovision-tenant', request, {
      ...rest,
      GracePeriod: [{ returns: {} }, { fails: 'States.Timeout' }],
      CommitDeletion: [{ returns: { commitment: 'pending' } }, { returns: { commitment: 'committed' } }],
    });
    expect(tasks(run).filter((state) => state === 'GracePeriod')).toHaveLength(2);
    expect(run.outcome).toMatchObject({ status: 'SUCCEEDED' });
  });

  it.each(['TenantProtected', 'TenantUnknown', 'TenantNotOwned', 'TenantStateConflict'])(
    'answers %s with a rejection of the very event, touches nothing and leaves the gate',
    async (error) => {
      const cause = JSON.stringify({ errorType: error, errorMessage: 'No.' });
      const run = await runWorkflow('deprovision-tenant', request, {
        ...rest,
        BeginDeprovisioning: { fails: error, cause },
      });
      expect(tasks(run)).toEqual(['Admit', 'BeginDeprovisioning', 'RejectEvent', 'LeaveGate']);
      expect(inputOf(run, 'RejectEvent')).toMatchObject({ event, error, cause });
      expect(run.output).toEqual({ rejected: error });
    },
  );

  it('keeps the gate when a step fails for good: its redrive goes on inside', async () => {
    for (const state of [
      'SuspendWorkspace',
      'ExportWorkspace',
      'ExportFromProduct',
      'ReleasePlacement',
      'SweepTenant',
    ]) {
      const run = await runWorkflow('deprovision-tenant', request, { ...rest, [state]: { fails: 'ResourceNotOwned' } });
      expect(run.outcome, state).toMatchObject({ status: 'FAILED', error: 'ResourceNotOwned' });
      expect(tasks(run).at(-1), state).toBe(state);
    }
  });

  it('releases nothing before the export was read back, and nothing when the product does not answer', async () => {
    const run = await runWorkflow('deprovision-tenant', request, {
      ...rest,
      ExportWorkspace: [{ fails: 'ExportDamaged' }, { returns: exported }],
      ExportFromProduct: { fails: 'States.Timeout' },
    });
    expect(tasks(run).filter((state) => state === 'ExportWorkspace')).toHaveLength(2);
    expect(tasks(run)).not.toContain('ReleasePlacement');
    expect(run.outcome).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('waits for what is left before it says so', async () => {
    const left = { fails: 'ResourcesLeft', cause: 'namespace' };
    const waited = await runWorkflow('deprovision-tenant', request, {
      ...rest,
      SweepTenant: [left, left, { returns: proof }],
    });
    expect(waited.outcome).toMatchObject({ status: 'SUCCEEDED' });
    const stuck = await runWorkflow('deprovision-tenant', request, { ...rest, SweepTenant: left });
    expect(stuck.outcome).toMatchObject({ status: 'FAILED', error: 'ResourcesLeft' });
    expect(tasks(stuck)).not.toContain('AnnounceDeprovisioned');
  });
});

describe.each([
  ['suspend-tenant', ['Admit', 'BeginSuspension', 'SuspendWorkspace', 'AnnounceSuspended', 'LeaveGate']],
  ['resume-tenant', ['Admit', 'BeginResumption', 'ResumeWorkspace', 'AnnounceResumed', 'LeaveGate']],
] as const)('%s', (name, states) => {
  const script: Script = {
    BeginSuspension: { returns: { tier: 'basic', suspensionId: 'operation-2' } },
    BeginResumption: { returns: { tier: 'basic', suspensionId: 'operation-1' } },
    SuspendWorkspace: { returns: { workloads: 2, leftRunning: [] } },
  };

  it('passes its steps in order', async () => {
    const run = await runWorkflow(name, request, script);
    expect(tasks(run)).toEqual(states);
    expect(run.outcome).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('answers a tenant in another state with a rejection', async () => {
    const run = await runWorkflow(name, request, {
      ...script,
      [states[1]]: { fails: 'TenantStateConflict', cause: '{}' },
    });
    expect(tasks(run)).toEqual(['Admit', states[1], 'RejectEvent', 'LeaveGate']);
  });
});
