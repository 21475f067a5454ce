/** Measures one contender in a process of its own: `node bench/states/one.ts NAME`; prints the figures as JSON. */
import { awsLocalStepFunctions } from './aws-local-stepfunctions.ts';
import type { Contender } from './contender.ts';
import { inProcess } from './in-process.ts';
import { measure } from './measure.ts';
import { overHttp } from './over-http.ts';
import { installAwsLocalStepFunctions, installMiniStack } from './peers.ts';
import { launchLocalCloud, launchMiniStack } from './servers.ts';

const CONTENDERS: Record<string, { make: () => Contender; sizes: { five: number; open: number } }> = {
  'local-cloud-http': { make: () => overHttp('local cloud', launchLocalCloud), sizes: { five: 5000, open: 10_000 } },
  'local-cloud-in-process': { make: inProcess, sizes: { five: 20_000, open: 10_000 } },
  ministack: {
    make() {
      const environment = installMiniStack();
      return overHttp('MiniStack', () => launchMiniStack(environment));
    },
    sizes: { five: 300, open: 1000 },
  },
  'aws-local-stepfunctions': {
    make: () => awsLocalStepFunctions(installAwsLocalStepFunctions()),
    sizes: { five: 20_000, open: 10_000 },
  },
};

const name = process.argv[2] ?? '';
const contender = Object.hasOwn(CONTENDERS, name) ? CONTENDERS[name] : undefined;
if (!contender) throw new Error(`unknown contender "${name}"; there are: ${Object.keys(CONTENDERS).join(', ')}`);
console.log(JSON.stringify(await measure(contender.make(), contender.sizes)));
process.exit(0);
