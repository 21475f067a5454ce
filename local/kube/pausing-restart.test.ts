import { afterEach, describe, expect, it } from 'vitest';
import type { ControlPlane } from './control-planes.ts';
import { begin, endAll, MINUTE, talk } from './testing/pausing.ts';

afterEach(endAll);

describe('a restart', () => {
  it('leaves paused ones paused and starts the others, all at their addresses', async () => {
    const before = begin();
    const planes = [await before.ensure('A'), await before.ensure('B'), await before.ensure('C')];
    expect(before.states()).toEqual({ A: 'paused', B: 'running', C: 'running' });
    const after = await before.restart();
    const again = await Promise.all(['A', 'B', 'C'].map(after.ensure));
    expect(after.states()).toEqual({ A: 'paused', B: 'running', C: 'running' });
    expect(again.map(({ endpoint }) => endpoint)).toEqual(planes.map(({ endpoint }) => endpoint));
    expect(again.map((plane) => plane.certificateAuthorityData)).toEqual(['CA of A', 'CA of B', 'CA of C']);
    expect(await talk(again[0] as ControlPlane).said).toBe('A');
  });

  it('with less room leaves those paused that do not fit', async () => {
    const before = begin();
    await before.ensure('A');
    await before.ensure('B');
    const after = await before.restart({ most: 1 });
    await Promise.all(['A', 'B'].map(after.ensure));
    expect(Object.values(after.states()).sort()).toEqual(['paused', 'running']);
    expect(after.log.join()).toMatch(/cluster [AB] stays paused until it is asked something: no room for it/);
  });

  it('knows nothing of one that was removed', async () => {
    const before = begin();
    const plane = await before.ensure('A');
    before.time.now = 5 * MINUTE;
    await before.planes.pauseIdle();
    await before.planes.remove('A');
    expect(await talk(plane).said).toBe('closed');
    const after = await before.restart();
    await after.ensure('A');
    expect(after.states()).toEqual({ A: 'running' });
  });
});
