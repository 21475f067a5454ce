import fc from 'fast-check';
import { REGIMES } from '../figures.ts';
import { PLACEMENTS } from '../placements.ts';
import { type Requirements, requirements } from '../requirements.ts';

export const placements = fc.constantFrom(...PLACEMENTS);

/** Requirements at random, of all sizes. */
export const anyRequirements: fc.Arbitrary<Requirements> = fc
  .record({
    compliance: fc.subarray([...REGIMES]),
    monthlyBudgetUsd: fc.integer({ min: 1, max: 2_000 }),
    noisyNeighbours: fc.constantFrom('any', 'some', 'none'),
    workloads: fc.constantFrom('ours', 'images', 'untrusted'),
    tenants: fc.integer({ min: 1, max: 500 }),
    tenantsInAYear: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 60_000 })),
    teamSize: fc.integer({ min: 1, max: 40 }),
    dataResidency: fc.constantFrom('any', 'region', 'enforced'),
    regions: fc.integer({ min: 1, max: 6 }),
    ownAccount: fc.boolean(),
    ownCustomResources: fc.boolean(),
    ownNodes: fc.boolean(),
    identitiesPerTenant: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4_000 })),
    tenantsLeavingPerMonth: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_000 })),
    interfaceEndpoints: fc.integer({ min: 0, max: 6 }),
    workload: fc.record({
      cpuCores: fc.integer({ min: 0, max: 40 }),
      memoryGiB: fc.integer({ min: 0, max: 64 }),
      storageGiB: fc.integer({ min: 0, max: 500 }),
      internetGB: fc.integer({ min: 0, max: 500 }),
      logsGB: fc.integer({ min: 0, max: 50 }),
    }),
  })
  .map((value) => requirements.parse(value));
