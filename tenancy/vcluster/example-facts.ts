import { basicNumbers } from '../workspace/numbers.ts';
import type { VclusterFacts } from './facts.ts';
import { defaultVclusterSettings } from './settings.ts';

/** The virtual cluster of tenant `acme` that the tests of several files are about. */
export const exampleFacts: VclusterFacts = {
  workspace: { tenantId: 'acme', tier: 'standard', generation: 1 },
  numbers: basicNumbers,
  settings: defaultVclusterSettings,
  host: { serviceCidr: '172.20.0.0/16', apiServer: ['172.20.0.1/32', '10.0.3.4/32'], apiServerPorts: [443] },
};
