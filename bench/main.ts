/**
 * `npm run bench`: what onboarding costs in time, transitions and dollars, against `kubectl apply` and a bare client
 * writing the same objects on the same API server in the same run. `-- --quick` is a small version, `-- --tenants N`
 * sets how many tenants exist in the crowded measurement (default 2000).
 */
import { parseArgs } from 'node:util';
import { getTenant } from '../functions/operations/tenant-registry.ts';
import { bareClient, bareWrites, kubectlApply } from './onboarding/baselines.ts';
import { type Bench, startBench } from './onboarding/installation.ts';
import { type Onboarding, startOnboarding } from './onboarding/onboard.ts';
import { billedTransitions } from './onboarding/transitions.ts';
import { median, percentile } from './statistics.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, tenants: { type: 'string' } } });
const size = values.quick
  ? { latency: 15, burst: 30, crowd: 60 }
  : { latency: 50, burst: 200, crowd: Number(values.tenants ?? 2_000) };

const bench = await startBench();
try {
  await run(bench);
} finally {
  await bench.stop();
}
process.exit(0);

async function run(bench: Bench): Promise<void> {
  const onboarding = await startOnboarding(bench.installation);
  const steps = watchWorkspaceStep(bench);
  console.log('warming up');
  await latencies(onboarding, 'warm', 5);

  const first = await latencies(onboarding, 'few', size.latency);
  const workspace = median(steps.splice(0));
  const baselines = await measureBaselines(bench, Math.min(size.latency, 20));
  const executionArn = (await getTenant(bench.installation.table, 'few-0'))?.executionArn ?? '';
  const { transitions, dollars } = await billedTransitions(bench.installation, executionArn);
  const burstSeconds = await burst(onboarding, 'burst', size.burst);
  const crowd = Math.max(0, size.crowd - size.latency - size.burst - 5);
  console.log(`onboarding ${crowd} more tenants, so that ${size.crowd} exist`);
  for (let done = 0; done < crowd; done += 100) await burst(onboarding, `crowd-${done}`, Math.min(100, crowd - done));
  const crowded = await latencies(onboarding, 'many', size.latency);

  report([
    ['event put to TenantReady received, p50', `${median(first).toFixed(0)} ms`],
    ['  p95', `${percentile(first, 95).toFixed(0)} ms`],
    ['kubectl apply --server-side of its objects, p50', milliseconds(baselines.serverSide)],
    ['kubectl apply, p50', milliseconds(baselines.clientSide)],
    ['bare client, all writes at once, p50', milliseconds(baselines.bare)],
    ['workspace step, p50', `${workspace.toFixed(0)} ms`],
    [
      `${size.burst} tenants at once`,
      `${burstSeconds.toFixed(1)} s, ${(size.burst / burstSeconds).toFixed(1)} tenants/s`,
    ],
    ['billed transitions per tenant', `${transitions}, $${dollars.toFixed(6)}`],
    [`p50 with ${size.crowd} tenants`, `${median(crowded).toFixed(0)} ms`],
  ]);
  goal('TenantReady p50 / kubectl apply --server-side p50', ratio(median(first), baselines.serverSide), 3);
  goal('workspace step / bare client', ratio(workspace, baselines.bare), 1.5);
  goal('billed transitions', transitions, 25);
  goal(`p50 with ${size.crowd} tenants / p50 with few`, median(crowded) / median(first), 1.2);
}

/** Real milliseconds of each invocation of the workspace step, as they come. */
function watchWorkspaceStep({ cloud }: Bench): number[] {
  const durations: number[] = [];
  cloud.on(({ type, detail }) => {
    if (type === 'lambda.invoked' && String(detail['functionName']).endsWith('ensure-namespace'))
      durations.push(Number(detail['durationMilliseconds']));
  });
  return durations;
}

/** One after the other. */
async function latencies(onboarding: Onboarding, name: string, count: number): Promise<number[]> {
  const measured: number[] = [];
  for (let index = 0; index < count; index++) {
    const id = `${name}-${index}`;
    const begun = performance.now();
    await onboarding.put(id);
    measured.push(((await onboarding.received([id])).get(id) ?? Number.NaN) - begun);
  }
  return measured;
}

/** All at once; seconds until the last is ready. */
async function burst(onboarding: Onboarding, name: string, count: number): Promise<number> {
  const ids = Array.from({ length: count }, (_, index) => `${name}-${index}`);
  const begun = performance.now();
  await onboarding.put(...ids);
  await onboarding.received(ids);
  return (performance.now() - begun) / 1_000;
}

async function measureBaselines(bench: Bench, count: number) {
  const client = bareClient(bench.adminKubeconfig);
  const [bare, serverSide, clientSide]: [number[], (number | undefined)[], (number | undefined)[]] = [[], [], []];
  for (let index = 0; index < count; index++) {
    bare.push(await bareWrites(client, `bare-${index}`));
    serverSide.push(await kubectlApply(bench.adminKubeconfig, `server-side-${index}`, true));
    clientSide.push(await kubectlApply(bench.adminKubeconfig, `client-side-${index}`, false));
  }
  const known = (values: (number | undefined)[]) =>
    values.every((value) => value !== undefined) ? median(values as number[]) : undefined;
  return { bare: median(bare), serverSide: known(serverSide), clientSide: known(clientSide) };
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? 'not measured: no kubectl on the PATH' : `${value.toFixed(0)} ms`;
}

function ratio(value: number, base: number | undefined): number | undefined {
  return base === undefined ? undefined : value / base;
}

function report(rows: [string, string][]): void {
  console.log('');
  for (const [name, value] of rows) console.log(`${name.padEnd(52)} ${value}`);
  console.log('');
}

function goal(name: string, value: number | undefined, most: number): void {
  const verdict = value === undefined ? 'not measured' : value <= most ? 'met' : 'NOT MET';
  console.log(`${name.padEnd(52)} ${value?.toFixed(2) ?? '-'}  (goal: at most ${most})  ${verdict}`);
}
