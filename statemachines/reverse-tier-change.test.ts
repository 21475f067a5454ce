import { describe, expect, it } from 'vitest';
import { runWorkflow } from './testing/run.ts';
import { from, inputOf, keptUntil, made, request, tasks } from './testing/tier-change.ts';

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
