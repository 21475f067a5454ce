import { describe, expect, it } from 'vitest';
import { runWorkflow } from './testing/run.ts';
import { inputOf, tasks, to } from './testing/tier-change.ts';

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
