import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClusterLoad, demandOf, fits, fullness, preferred, promisable } from './capacity.ts';

const load = (name: string, tenants: number, cpuMillis: number): ClusterLoad => ({
  name,
  tenants,
  cpuMillis,
  memoryMebibytes: 0,
  capacity: { tenants: 10, cpuMillis: 10_000 },
});
const small = { cpuMillis: 1_000, memoryMebibytes: 512 };

describe('capacity of shared clusters', () => {
  it('counts what the quota requests', () => {
    expect(demandOf({ 'requests.cpu': '500m', 'requests.memory': '2Gi' })).toEqual({
      cpuMillis: 500,
      memoryMebibytes: 2048,
    });
  });

  it('is full by whatever runs out first', () => {
    expect(fits(load('a', 9, 0), small)).toBe(true);
    expect(fits(load('a', 10, 0), small)).toBe(false);
    expect(fits(load('a', 1, 9_000), small)).toBe(true);
    expect(fits(load('a', 1, 9_001), small)).toBe(false);
    expect(fullness(load('a', 1, 9_000))).toBe(0.9);
  });

  it('promises a share of it', () => {
    expect(promisable({ tenants: 10, cpuMillis: 1_000 }, 0.85)).toEqual({ tenants: 8, cpuMillis: 850 });
    expect(promisable({ tenants: 1 }, 0.5)).toEqual({ tenants: 1 });
  });

  it('packs or spreads', () => {
    const loads = [load('empty', 0, 0), load('half', 5, 0), load('full', 10, 0), load('busy', 2, 8_000)];
    expect(preferred(loads, small, 'fullest').map(({ name }) => name)).toEqual(['busy', 'half', 'empty']);
    expect(preferred(loads, small, 'emptiest').map(({ name }) => name)).toEqual(['empty', 'half', 'busy']);
  });

  it('never prefers a cluster that the demand would overfill', () => {
    const amount = fc.nat({ max: 12_000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 12 }), amount), { maxLength: 8 }), amount, (clusters, cpuMillis) => {
        const loads = clusters.map(([tenants, cpu], index) => load(String(index), tenants, cpu));
        for (const chosen of preferred(loads, { cpuMillis, memoryMebibytes: 0 }, 'fullest')) {
          expect(chosen.tenants + 1).toBeLessThanOrEqual(10);
          expect(chosen.cpuMillis + cpuMillis).toBeLessThanOrEqual(10_000);
        }
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
