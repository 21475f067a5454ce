import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ClusterLoad,
  demandOf,
  fits,
  freePlaces,
  fullness,
  largestDemand,
  preferred,
  promisable,
} from './capacity.ts';

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

  it('sends nobody to a cluster that is being made while another has room', () => {
    const making = { ...load('making', 0, 0), making: true };
    const loads = [making, load('half', 5, 0), load('full', 10, 0)];
    expect(preferred(loads, small, 'emptiest').map(({ name }) => name)).toEqual(['half', 'making']);
    expect(preferred(loads, small, 'fullest').map(({ name }) => name)).toEqual(['half', 'making']);
  });

  it('has as many places as what runs out first leaves', () => {
    expect(freePlaces(load('a', 4, 0), small)).toBe(6);
    expect(freePlaces(load('a', 4, 7_500), small)).toBe(2);
    expect(freePlaces(load('a', 12, 11_000), small)).toBe(0);
    expect(freePlaces(load('a', 4, 7_500), largestDemand([]))).toBe(6);
  });

  it('knows the largest demand, of each resource', () => {
    const wide = { cpuMillis: 100, memoryMebibytes: 4_096 };
    expect(largestDemand([small, wide])).toEqual({ cpuMillis: 1_000, memoryMebibytes: 4_096 });
  });

  it('has a place exactly as long as one more fits', () => {
    const amount = fc.nat({ max: 12_000 });
    fc.assert(
      fc.property(fc.nat({ max: 12 }), amount, amount, (tenants, used, cpuMillis) => {
        const one = load('a', tenants, used);
        const demand = { cpuMillis, memoryMebibytes: 0 };
        const places = freePlaces(one, demand);
        const filled = load('a', tenants + places, used + places * cpuMillis);
        expect(places > 0).toBe(fits(one, demand));
        expect(fits(filled, demand)).toBe(false);
      }),
      { seed: 7, numRuns: 300 },
    );
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
