/**
 * `npm run bench:accounts`: a day of tenants, a tenth of whom get accounts of their own, under AWS's limits on a clock that leaps.
 * `--burst N`: N tenants with accounts of their own at once. `--tenants N` (10000), `--pool N` (50), `--seed N` (1), `--json`.
 */
import { parseArgs } from 'node:util';
import { seededRandom } from '../functions/testing/random.ts';
import { burstOfArrivals, dayOfArrivals } from './accounts/arrivals.ts';
import { measure } from './accounts/figures.ts';
import { goals, reportLines } from './accounts/report.ts';
import { simulate } from './accounts/simulation.ts';

const number = (value: string) => {
  const parsed = Number(value);
  if (Number.isInteger(parsed) && parsed >= 0) return parsed;
  throw new Error(`"${value}" is not a whole number.`);
};
const { values } = parseArgs({
  options: {
    tenants: { type: 'string', default: '10000' },
    burst: { type: 'string' },
    pool: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const seed = number(values.seed);
const poolSize = number(values.pool);
const arrivals = values.burst
  ? burstOfArrivals(number(values.burst))
  : dayOfArrivals(number(values.tenants), seededRandom(seed));
const begun = performance.now();
const progress = (line: string) => {
  if (process.stderr.isTTY)
    process.stderr.write(`\r\u001b[K${((performance.now() - begun) / 1_000).toFixed(0)} s  ${line}`);
};

const simulated = await simulate({ arrivals, poolSize, accountLimit: 10_000, seed, progress });
progress('');
const figures = await measure(simulated, (performance.now() - begun) / 1_000);
await simulated.world.local.stop();
const verdicts = goals(figures, poolSize);
if (values.json) console.log(JSON.stringify({ ...figures, goals: verdicts }, undefined, 2));
else {
  for (const line of reportLines(figures)) console.log(line);
  console.log('');
  for (const { text, met } of verdicts) console.log(`${met ? 'met    ' : 'NOT MET'} ${text}`);
  for (const line of [...figures.failed, ...figures.troubles].slice(0, 10)) console.log(line);
}
process.exitCode = verdicts.every(({ met }) => met) ? 0 : 1;
