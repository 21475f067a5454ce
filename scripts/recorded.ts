import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runRecordedExecutions } from '../local/states/recorded.ts';
import type { Tally } from '../local/states/recorded-cases.ts';
import { runRecordedOverHttp } from '../local/states/recorded-http.ts';

/** Least share of cases that must pass. */
const OUTCOMES = 0.99;
const HISTORIES = 0.9;
const PATTERNS = 0.98;

const USAGE = `npm run recorded -- FOLDER [--http]

  FOLDER   a folder with executions.jsonl and patterns/*.json
  --http   run the executions through the HTTP API of a served local cloud, with a mock file and an AWS SDK`;

/** Runs the cases recorded from AWS against the local cloud. */
const overHttp = process.argv.includes('--http');
const [folder] = process.argv.slice(2).filter((argument) => argument !== '--http');
if (!folder || !existsSync(resolve(folder, 'executions.jsonl'))) {
  console.error(USAGE);
  process.exit(2);
}

const { outcomes, histories, leftOut } = await (overHttp ? runRecordedOverHttp : runRecordedExecutions)(
  resolve(folder),
);
const passed = [report('outcome', outcomes, OUTCOMES), report('history', histories, HISTORIES)];

// The patterns are compared by the event bus, where it is part of the checkout.
const patterns = new URL('../local/events/recorded-patterns.ts', import.meta.url);
if (existsSync(patterns)) {
  const module = (await import(pathToFileURL(patterns.pathname).href)) as {
    runRecordedPatterns(folder: string): Promise<Tally> | Tally;
  };
  passed.push(report('pattern', await module.runRecordedPatterns(resolve(folder)), PATTERNS));
}

if (leftOut.length > 0) console.log(`\nleft out: ${leftOut.length}`);
for (const { id, reason } of leftOut) console.log(`  ${id}: ${reason}`);
process.exitCode = passed.every(Boolean) ? 0 : 1;

function report(name: string, tally: Tally, least: number): boolean {
  console.log(`${name}: ${tally.passed}/${tally.total}`);
  for (const { id, reason } of tally.failures) console.log(`  ${id}: ${reason}`);
  return tally.passed >= least * tally.total;
}
