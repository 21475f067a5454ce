import { type PoolReport, replenishPool } from '../../functions/accounts/replenish-pool.ts';
import type { WakeUp } from '../../functions/operations/gate.ts';
import { repairGates } from '../../functions/operations/repair-gates.ts';
import type { Arrival } from './arrivals.ts';
import { createSandboxes, type Sandboxes } from './sandboxes.ts';
import { settingsWithPool } from './stand-ins.ts';
import { productSteps } from './steps.ts';
import { createWorkflows, type Workflows } from './workflows.ts';
import { startWorld, type World } from './world.ts';

const MINUTE = 60_000;
const MOST_TROUBLES = 30;

export interface Settings {
  arrivals: readonly Arrival[];
  poolSize: number;
  accountLimit: number;
  seed: number;
  progress(line: string): void;
}

/** A tenant that came: when, and when it was ready. */
export interface Stay {
  readonly arrival: Arrival;
  readonly asked: number;
  ready?: number;
  failure?: string;
}

export interface Simulated {
  readonly world: World;
  readonly workflows: Workflows;
  readonly sandboxes: Sandboxes;
  readonly stays: Stay[];
  readonly pool: PoolReport[];
  /** Visits of schedules that did not end well. */
  readonly troubles: string[];
}

/** Onboards everybody and refills the pool, until all tenants are ready and nothing is on its way. */
export async function simulate(settings: Settings): Promise<Simulated> {
  const world = await startWorld(settings);
  const { clock } = world.local.cloud;
  const sandboxes = createSandboxes(world);
  const accounts = settingsWithPool(settings.poolSize);
  const wakeUp: WakeUp = (token) => workflows.wakeUp(token);
  const steps = productSteps(world, accounts, wakeUp);
  const workflows = createWorkflows(world, {
    watched: ['EnterCreationGate', 'CreateAccount'],
    async invoke(name, payload) {
      const step = steps[name];
      if (!step) throw new Error(`There is no function ${name} in this simulation.`);
      const output = await sandboxes.invoke(name, (clients) => step(payload as never, clients));
      return output as never;
    },
  });
  const simulated: Simulated = { world, workflows, sandboxes, stays: [], pool: [], troubles: [] };
  const stop = startSchedules(simulated, settings, wakeUp, accounts.readinessHours);
  await warmPool(simulated, settings);
  const midnight = clock.now();
  const all = settings.arrivals.map((arrival) => stayOf(simulated, arrival, midnight));
  const done = Promise.all(all);
  await done;
  settings.progress('all tenants have come through; the pool is refilled');
  await refilled(simulated, settings);
  stop();
  return simulated;
}

async function stayOf(simulated: Simulated, arrival: Arrival, midnight: number): Promise<void> {
  const { world, workflows, stays } = simulated;
  const { clock } = world.local.cloud;
  await clock.sleep(midnight + arrival.at - clock.now());
  const { tenantId, tier } = arrival;
  const stay: Stay = { arrival, asked: clock.now() };
  stays.push(stay);
  const input = {
    tenantId,
    tier,
    operationId: `op-${tenantId}`,
    owner: 'saas.bench',
    correlationId: tenantId,
    contactEmail: 'owner@example.com',
  };
  try {
    await workflows.finished(workflows.start('onboard-tenant', input));
    stay.ready = clock.now();
  } catch (error) {
    stay.failure = String(error);
  }
}

/** Before the day begins the pool is full, as it would be. */
async function warmPool(simulated: Simulated, settings: Settings): Promise<void> {
  const { clock } = simulated.world.local.cloud;
  while ((simulated.pool.at(-1)?.available ?? 0) < settings.poolSize) {
    expectProgress(simulated);
    await clock.sleep(MINUTE);
  }
}

/** Throws when accounts fail again and again: the pool would never be full. */
function expectProgress({ troubles }: Simulated): void {
  if (troubles.length > MOST_TROUBLES) throw new Error(`The pool does not fill:\n${troubles.slice(0, 5).join('\n')}`);
}

async function refilled(simulated: Simulated, settings: Settings): Promise<void> {
  const { clock } = simulated.world.local.cloud;
  const seen = simulated.pool.length;
  const full = () => {
    const last = simulated.pool.at(-1);
    return simulated.pool.length > seen + 1 && last?.progressing === 0 && last.available >= settings.poolSize;
  };
  while (!full()) {
    expectProgress(simulated);
    await clock.sleep(MINUTE);
  }
}

/** replenish-pool every five minutes, repair-gates every minute, as the template schedules them. */
function startSchedules(simulated: Simulated, settings: Settings, wakeUp: WakeUp, readinessHours: number): () => void {
  const { world, workflows, sandboxes, pool, troubles } = simulated;
  const { clock } = world.local.cloud;
  const troubled = (line: string) => {
    troubles.push(line);
    settings.progress(line);
  };
  const vendings = {
    isRunning: async (executionArn: string) => workflows.isRunning(executionArn),
    async start(request: { accountName: string; reservedFor?: string }) {
      workflows
        .finished(workflows.start('vend-account', request))
        .catch((error: unknown) => troubled(`vend-account ${request.accountName}: ${String(error)}`));
    },
  };
  let stopped = false;
  const every = async (minutes: number, name: string, work: () => Promise<void>) => {
    while (!stopped) {
      await sandboxes.invoke(name, work).catch((error: unknown) => troubled(`${name}: ${String(error)}`));
      await clock.sleep(minutes * MINUTE);
    }
  };
  void every(5, 'ReplenishPool', async () => {
    const report = await replenishPool(world.table, vendings, {
      size: settings.poolSize,
      readinessHours,
      now: clock.now(),
    });
    pool.push(report);
    const ready = simulated.stays.filter((stay) => stay.ready).length;
    settings.progress(
      `${new Date(clock.now()).toISOString().slice(11, 16)} ${simulated.stays.length} came, ${ready} ready; pool ${report.available}+${report.progressing}`,
    );
  });
  void every(1, 'RepairGates', async () => {
    const { left } = await repairGates(world.table, vendings.isRunning, wakeUp);
    if (left > 0) troubles.push(`RepairGates: took ${left} dead executions out of their gates`);
  });
  return () => {
    stopped = true;
  };
}
