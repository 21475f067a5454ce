/**
 * Step Functions engines side by side, in one run on one machine: `node bench/states.ts`. Peers are installed into the
 * cache folder on first use.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Figures } from './states/measure.ts';
import { AWS_LOCAL_STEPFUNCTIONS, MINISTACK } from './states/peers.ts';

const CONTENDERS = {
  'local-cloud-http': 'local cloud, over HTTP',
  ministack: `MiniStack ${MINISTACK}, over HTTP`,
  'local-cloud-in-process': 'local cloud, in process',
  'aws-local-stepfunctions': `aws-local-stepfunctions ${AWS_LOCAL_STEPFUNCTIONS}, in process, no history`,
} as const;

type Name = keyof typeof CONTENDERS;

function figuresOf(name: Name): Figures {
  console.error(`measuring ${CONTENDERS[name]} …`);
  const script = join(import.meta.dirname, 'states', 'one.ts');
  const output = execFileSync(process.execPath, [script, name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Figures;
}

const names = Object.keys(CONTENDERS) as Name[];
const figures = Object.fromEntries(names.map((name) => [name, figuresOf(name)])) as Record<Name, Figures>;

console.log(
  '| | executions/s of 5 states | Map of 1,000 items (s) | 1,000 waits of 1 s (s) | cold start (s) | memory with open executions |',
);
console.log('|---|---|---|---|---|---|');
for (const name of names) {
  const { fiveStatesPerSecond, mapOf1000, thousandWaits, coldStart, ...open } = figures[name];
  const memory = `${open.openMemory.toFixed(0)} MiB (${open.openCount}; +${open.openMemoryGrowth.toFixed(0)})`;
  console.log(
    `| ${CONTENDERS[name]} | ${fiveStatesPerSecond.toFixed(0)} | ${mapOf1000.toFixed(3)} | ${thousandWaits.toFixed(2)} | ${coldStart.toFixed(2)} | ${memory} |`,
  );
}
const ratio = (ours: Name, theirs: Name) =>
  (figures[ours].fiveStatesPerSecond / figures[theirs].fiveStatesPerSecond).toFixed(2);
console.log(`\nover HTTP: ${ratio('local-cloud-http', 'ministack')}x MiniStack (goal: 10x)`);
console.log(
  `in process: ${ratio('local-cloud-in-process', 'aws-local-stepfunctions')}x aws-local-stepfunctions (goal: 0.5x, end goal 1x)`,
);
