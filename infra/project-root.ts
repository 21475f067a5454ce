import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Root of the package: one level up from the sources, two from the built package. */
export const projectRoot = existsSync(join(import.meta.dirname, '../statemachines'))
  ? join(import.meta.dirname, '..')
  : join(import.meta.dirname, '../..');
