/**
 * `npm run bench:moves`: one tenant walks through the six placements until it has made each of the 30 moves between two of them once,
 * with a workload that has to be there after every one. Prints what each takes. `-- --walk basic,standard,basic` walks so. The exit
 * code is 1 when a move fails; another tenant goes on from there then.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { getTenant } from '../functions/operations/tenant-registry.ts';
import { currentPlacement } from '../tenancy/tenant.ts';
import { listen } from '../test/end-to-end/support/bus-listener.ts';
import { connect } from '../test/end-to-end/support/clients.ts';
import { passSimulatedTime } from '../test/end-to-end/support/deployed-template.ts';
import { kubeconfigOf } from '../test/end-to-end/support/kubeconfig-file.ts';
import { operatorKubeConfig } from '../test/end-to-end/support/kubernetes.ts';
import { createOfTier } from '../test/end-to-end/support/placements.ts';
import { makeWorkload } from '../test/end-to-end/support/travelling-workload.ts';
import { world } from '../test/end-to-end/support/world.ts';
import { circuit } from './moves/circuit.ts';
import { type Grounds, move, type Walker } from './moves/move.ts';
import { dollarsOf, type Row, tableOf } from './moves/report.ts';
import { startSixPlacements } from './placements/installation.ts';
import { tierOf } from './placements/tiers.ts';

/** Control planes start beside whatever else the machine does. */
const PATIENCE_MILLISECONDS = 600_000;

const { values } = parseArgs({ options: { walk: { type: 'string' } } });
const walk = values.walk?.split(',') ?? circuit<string>(Object.values(tierOf));
const placementOf = Object.fromEntries(Object.entries(tierOf).map(([placement, tier]) => [tier as string, placement]));

const begun = performance.now();
const bench = await startSixPlacements((line) => console.log(line), { tierChanges: { keepPreviousHours: 0 } });
try {
  const clients = connect(bench.installation.settings.endpoint ?? '');
  const bus = await listen(clients, undefined, PATIENCE_MILLISECONDS);
  await run({ bench, clients, bus });
  await bus.close();
} finally {
  await bench.stop();
}
process.exit(process.exitCode ?? 0);

async function run(grounds: Grounds): Promise<void> {
  const rows: Row[] = [];
  let walker = await newTenant(grounds, 'walker', walk[0] ?? '');
  const before = await scene(grounds, walker);
  for (const [index, tier] of walk.slice(1).entries()) {
    const [from, to] = [placementOf[walk[index] ?? ''] ?? '', placementOf[tier] ?? ''];
    try {
      const made = await move(grounds, walker, tier);
      walker = made.walker;
      rows.push({ from, to, ...made.moved });
      const { simulated, real } = made.moved;
      console.log(
        `${from} -> ${to}: ${(simulated / 1_000).toFixed(1)} s, ${(real / 1_000).toFixed(1)} s of real time; load ${loadavg()[0]?.toFixed(1)}`,
      );
    } catch (error) {
      process.exitCode = 1;
      console.log(`${from} -> ${to}: FAILED\n    ${error instanceof Error ? error.message : error}`);
      walker = await newTenant(grounds, `again-${index + 2}-walker`, tier);
    }
  }
  console.log('\nEach move, seconds:\n');
  for (const line of tableOf(rows)) console.log(line);
  console.log(`
simulated    from TenantTierChangeRequested to the cut-over, on the clock that leaps over waiting; real: as measured here
released     from the cut-over until nothing of the placement that was left is there, simulated. Namespaces are deleted by real API
             servers in real time, while the clock leaps from one look to the next: an upper bound, as its transitions are
transitions  billed by Step Functions, with all nested executions; all of them: $${dollarsOf(rows).toFixed(3)}
objects      transferred to the new placement and compared`);
  if (process.exitCode !== 1 && walk[0] === walk.at(-1)) await compare(before, await scene(grounds, walker));
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  console.log(`${rows.length} of ${walk.length - 1} moves made; ${minutes} minutes; load ${loadavg()[0]?.toFixed(1)}`);
}

/** A tenant of the tier that is ready, with its workload. */
async function newTenant({ bench, clients, bus }: Grounds, tenantId: string, tier: string): Promise<Walker> {
  await createOfTier(clients, tenantId, tier);
  await bus.heard('TenantReady', tenantId);
  const tenant = await getTenant(bench.installation.table, tenantId);
  if (!tenant) throw new Error(`the registry does not know ${tenantId}`);
  const placed = currentPlacement(tenant);
  const home = placed.placement.workspace === 'vcluster' ? 'default' : placed.namespace;
  await makeWorkload(await kubeconfigOf(clients.endpoint, tenantId), home);
  return { tenantId, placed, home };
}

/** Everything that placements are made of, whatever the number of the tenant's. */
async function scene({ clients }: Grounds, { tenantId }: Walker): Promise<string[]> {
  await passSimulatedTime(clients, 5);
  const operator = await operatorKubeConfig(clients);
  const numbered = new RegExp(`${tenantId}--\\d+`, 'g');
  return (await world(clients, operator)).map((entry) => entry.replace(numbered, tenantId)).sort();
}

async function compare(before: readonly string[], after: readonly string[]): Promise<void> {
  const left = after.filter((entry) => !before.includes(entry));
  const lost = before.filter((entry) => !after.includes(entry));
  for (const entry of left) console.log(`left by the walk: ${entry}`);
  for (const entry of lost) console.log(`lost on the walk: ${entry}`);
  if (left.length + lost.length > 0) process.exitCode = 1;
  else console.log('\nBack in the first placement, the accounts and clusters have what they had before.');
}
