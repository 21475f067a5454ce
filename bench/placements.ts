/**
 * `npm run bench:placements`: how long a tenant of each placement waits for TenantReady, in simulated and in real time; how
 * much of it is AWS's and how much the product's own. For a namespace beside a bare client that writes the same objects, for a
 * virtual cluster beside `helm install` of the official chart, on the same cluster in the same run. `-- --quick` measures less often.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { vclusterPlace } from '../tenancy/vcluster/facts.ts';
import { bareClient, bareWrites } from './onboarding/baselines.ts';
import type { Bench } from './onboarding/installation.ts';
import { type Onboarding, startOnboarding } from './onboarding/onboard.ts';
import { ensureHelm, helmInstall } from './placements/helm.ts';
import { startSixPlacements } from './placements/installation.ts';
import { type Measured, measure } from './placements/measure.ts';
import { type Row, tableOf, verdict } from './placements/report.ts';
import { type PlacementName, tierOf } from './placements/tiers.ts';
import { type VirtualStart, watchVirtualStart } from './placements/virtual-start.ts';
import { median } from './statistics.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
/** Tenants of each kind of workspace: the slow ones are real control planes. */
const RUNS = values.quick ? { namespace: 3, vcluster: 1, cluster: 1 } : { namespace: 9, vcluster: 3, cluster: 2 };
const GOAL = { namespace: 2_000, vcluster: 15_000 };

interface Started {
  readonly install: number;
  readonly start: VirtualStart;
}

await ensureHelm((line) => console.log(line));
const bench = await startSixPlacements((line) => console.log(line));
try {
  await run(bench);
} finally {
  await bench.stop();
}
process.exit(process.exitCode ?? 0);

async function run(bench: Bench): Promise<void> {
  const onboarding = await startOnboarding(bench.installation);
  const host = bareClient(bench.adminKubeconfig);
  console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)}; warming up`);
  await measure(bench, onboarding, 'warm-up', tierOf['pooled + namespace']);
  const bare: number[] = [];
  for (let index = 0; index < RUNS.namespace; index++) bare.push(await bareWrites(host, `bare-${index}`));

  const rows: Row[] = [];
  const starts: Started[] = [];
  const helm: Started[] = [];
  for (const placement of Object.keys(tierOf) as PlacementName[])
    await unlessItFails(placement, async () => {
      const { row, started } = await measurePlacement(bench, onboarding, placement, median(bare));
      rows.push(row);
      starts.push(...started);
    });
  for (let index = 0; index < RUNS.vcluster; index++)
    await unlessItFails('helm install', async () => helm.push(await installWithHelm(bench, `helm-${index}`)));
  report(rows, starts, helm);
}

/** Says what failed; the figures of the others stand. */
async function unlessItFails(name: string, measuring: () => Promise<unknown>): Promise<void> {
  try {
    await measuring();
  } catch (error) {
    console.log(`${name}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

async function measurePlacement(bench: Bench, onboarding: Onboarding, placement: PlacementName, bare: number) {
  const host = bareClient(bench.adminKubeconfig);
  const workspace = placement.split(' + ')[1] as keyof typeof RUNS;
  const tier = tierOf[placement];
  const measured: Measured[] = [];
  const started: Started[] = [];
  for (let index = 0; index < RUNS[workspace]; index++) {
    const tenantId = `${tier}-${index}`;
    const place = vclusterPlace({ tenantId, generation: 1 });
    const [one, start] = await Promise.all([
      measure(bench, onboarding, tenantId, tier),
      workspace === 'vcluster' ? watchVirtualStart(host, place, bench.cloud.clock) : undefined,
    ]);
    measured.push(one);
    if (start) started.push({ install: one.own + one.noticed, start });
    console.log(`${placement}: ${tenantId} ready after ${(one.real / 1_000).toFixed(1)} s of real time`);
  }
  const middle = (pick: (each: Measured) => number) => median(measured.map(pick));
  const row: Row = {
    placement,
    runs: measured.length,
    simulated: middle((each) => each.simulated),
    real: middle((each) => each.real),
    // Until the workflow looks again, a virtual cluster that is ready waits for the product, not the other way round.
    waited: middle((each) => each.waited - each.noticed),
    own: middle((each) => each.own + each.noticed),
    steps: middle((each) => each.steps),
    ...(workspace === 'namespace' && { base: bare }),
    ...(workspace !== 'cluster' && { goal: GOAL[workspace] }),
  };
  return { row, started };
}

async function installWithHelm({ adminKubeconfig, cloud }: Bench, name: string): Promise<Started> {
  const place = { name, namespace: `official-${name}` };
  const [start, install] = await Promise.all([
    watchVirtualStart(bareClient(adminKubeconfig), place, cloud.clock),
    helmInstall(adminKubeconfig, place),
  ]);
  console.log(`helm install ${name}: ${(install / 1_000).toFixed(1)} s`);
  return { install, start };
}

function report(rows: readonly Row[], starts: readonly Started[], helm: readonly Started[]): void {
  console.log('\nFrom TenantCreated to TenantReady, seconds, medians:\n');
  for (const line of tableOf(rows)) console.log(line);
  console.log(`
simulated  on the clock that leaps over waiting; real: as measured here
AWS's      of the simulated time, waiting for accounts, stacks, clusters, load balancers and the start of control planes
own        the rest: functions (steps), transitions and delivery of events; of a virtual cluster also the time until it is noticed
bare       a bare client writes the same objects`);
  console.log('\nA virtual cluster, beside the official chart on the same cluster, seconds, medians:\n');
  const line = (name: string, of: (each: Started) => number) => {
    const [ours, theirs] = [starts, helm].map((each) => (median(each.map(of)) / 1_000).toFixed(2).padStart(8));
    console.log(`${name.padEnd(52)} ${ours} ${theirs}`);
  };
  console.log(`${''.padEnd(52)} ${'tenantry'.padStart(8)} ${'helm'.padStart(8)}`);
  line('own share / helm install', (each) => each.install);
  line("vcluster's own start, real", (each) => each.start.own);
  line('from its stateful set until it answers, simulated', (each) => each.start.answers);
  const judged = rows.filter(({ goal }) => goal !== undefined);
  console.log('');
  for (const { placement, own, base = 0, goal } of judged)
    console.log(`${placement.padEnd(24)} ${verdict(own, base, goal)}`);
  console.log(`load of the machine: ${loadavg()[0]?.toFixed(1)}`);
  if (judged.some(({ own, base = 0, goal = 0 }) => own - base > goal)) process.exitCode = 1;
}
