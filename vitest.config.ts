import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Files with real processes of their own: more at once than two would wait for each other's control planes. */
const maxWorkers = Math.min(2, availableParallelism());

/** Unit tests sit beside their code; `test/` holds what spans rooms and shares local clouds. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{events,tenancy,functions,statemachines,infra,local,cli,bench,scripts}/**/*.test.ts'],
          maxWorkers: '100%',
          testTimeout: 20_000,
        },
      },
      {
        test: {
          // Whatever starts real processes of its own.
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['test/end-to-end/**'],
          testTimeout: 120_000,
          hookTimeout: 900_000,
          maxWorkers,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts'],
          globalSetup: ['test/end-to-end/support/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 900_000,
          maxWorkers,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['{events,tenancy,functions,infra,local,cli}/**/*.ts'],
    },
  },
});
