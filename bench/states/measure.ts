import { execFileSync } from 'node:child_process';
import type { Contender } from './contender.ts';
import { FIVE_STATES, MAP, waiting } from './definitions.ts';

/** What is measured of each contender; times in seconds, memory in MiB. */
export interface Figures {
  coldStart: number;
  fiveStatesPerSecond: number;
  mapOf1000: number;
  thousandWaits: number;
  /** Growth of resident memory by the open executions, and the whole of it with them. */
  openCount: number;
  openMemory: number;
  openMemoryGrowth: number;
}

const ITEMS = { items: Array.from({ length: 1000 }, (_, index) => index) };
/** Executions before the clock starts: compilers and caches warm up. */
const WARM_UP = 200;

/** Runs every measurement on one contender. Sizes are smaller for slow ones, and rates make them comparable. */
export async function measure(contender: Contender, sizes: { five: number; open: number }): Promise<Figures> {
  const coldStart = await seconds(async () => {
    await contender.start();
    await contender.run(FIVE_STATES, { value: 1 }, 1, 1);
  });
  await contender.run(FIVE_STATES, { value: 1 }, WARM_UP, 16);
  const five = await seconds(() => contender.run(FIVE_STATES, { value: 1 }, sizes.five, 16));
  await contender.run(MAP, ITEMS, 1, 1);
  const maps = await seconds(() => contender.run(MAP, ITEMS, 5, 1));
  const thousandWaits = await seconds(() => contender.run(waiting(1), {}, 1000, 1000));
  const before = residentMemory(contender.processId());
  await contender.leaveOpen(waiting(3600), sizes.open);
  const openMemory = residentMemory(contender.processId());
  await contender.stop();
  return {
    coldStart,
    fiveStatesPerSecond: sizes.five / five,
    mapOf1000: maps / 5,
    thousandWaits,
    openCount: sizes.open,
    openMemory,
    openMemoryGrowth: openMemory - before,
  };
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}

function residentMemory(processId: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(processId)], { encoding: 'utf8' })) / 1024;
}
