import type { CreateRequestRecord } from '../../local/organizations/records.ts';
import { CREATIONS_IN_FLIGHT } from '../../tenancy/accounts/limits.ts';
import { percentile } from '../statistics.ts';
import { earliestEnd, idealStarts, type Job } from './bound.ts';
import type { Simulated } from './simulation.ts';
import type { Visit } from './workflows.ts';

/** What AWS allows. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const LIMITS = { machines: CREATIONS_IN_FLIGHT, perSecond: 0.1, burst: 3 };

/** Standard workflows, us-east-1. https://aws.amazon.com/step-functions/pricing/ */
const DOLLARS_PER_MILLION_TRANSITIONS = 25;

/** Minutes between two looks at the queue. */
const LOOK = 30;

export type Figures = ReturnType<typeof figuresOf>;

/** Everything that is reported; times in seconds of the simulated clock unless the name says otherwise. */
export async function measure(simulated: Simulated, realSeconds: number) {
  return figuresOf(simulated, await simulated.world.calls(), realSeconds);
}

function figuresOf(
  { workflows, sandboxes, world, stays, pool, troubles }: Simulated,
  calls: Record<string, { calls: number; throttled: number; refused: number }>,
  realSeconds: number,
) {
  const requests = world.organization.requests.entries().map(([, request]) => request);
  const creations = createdAccounts(requests, workflows.visits);
  const waits = creations.map(({ waited }) => waited / 1_000);
  const ideal = idealWaits(creations);
  const readySeconds = (tier: string) =>
    stays.flatMap(({ arrival, asked, ready }) => (arrival.tier === tier && ready ? [(ready - asked) / 1_000] : []));
  const plus = stays.filter(({ arrival }) => arrival.tier === 'plus').length;
  const { transitions } = workflows.counts;
  return {
    tenants: stays.length,
    dedicated: plus,
    failed: stays.filter(({ failure }) => failure).map(({ arrival, failure }) => `${arrival.tenantId}: ${failure}`),
    troubles,
    creation: {
      ...makespan(creations),
      waitAtGate: quantiles(waits),
      waitAtGateIdeal: quantiles(ideal),
      betweenDoneAndSeen: quantiles(creations.map(({ seen, done }) => (seen - done) / 1_000)),
      mostInFlight: mostAtOnce(requests),
      queue: queueOverTime(workflows.visits),
    },
    accounts: {
      created: creations.length,
      failedRequests: requests.filter(({ state }) => state !== 'SUCCEEDED').length,
      unused: creations.length - plus,
      poolAtTheEnd: pool.at(-1)?.available ?? 0,
      wasted: creations.length - plus - (pool.at(-1)?.available ?? 0),
      mostInPool: Math.max(...pool.map(({ available, progressing }) => available + progressing)),
    },
    ready: { basic: quantiles(readySeconds('basic')), plus: quantiles(readySeconds('plus')) },
    organizationsCalls: calls,
    refusals: Object.fromEntries(world.refusals),
    stepFunctions: {
      executions: workflows.counts.executions,
      transitions,
      dollars: (transitions * DOLLARS_PER_MILLION_TRANSITIONS) / 1e6,
      retries: workflows.counts.retries,
    },
    lambda: sandboxes.counts,
    real: { seconds: realSeconds, memoryMiB: process.memoryUsage.rss() / 2 ** 20 },
  };
}

interface Creation {
  /** Whether a tenant waits for it. */
  readonly reserved: boolean;
  /** When its execution came to the gate. */
  readonly release: number;
  readonly waited: number;
  readonly duration: number;
  readonly done: number;
  /** When the workflow knew it. */
  readonly seen: number;
}

function createdAccounts(requests: readonly CreateRequestRecord[], visits: readonly Visit[]): Creation[] {
  const first = new Map<string, Visit>();
  const last = new Map<string, Visit>();
  for (const visit of visits) {
    if (visit.state === 'EnterCreationGate' && !first.has(visit.name)) first.set(visit.name, visit);
    if (visit.state === 'CreateAccount') last.set(visit.name, visit);
  }
  return requests.flatMap((request) => {
    const gate = first.get(request.accountName);
    const seen = last.get(request.accountName)?.left;
    if (request.state !== 'SUCCEEDED' || !gate || seen === undefined) return [];
    const { entered, left = entered } = gate;
    const { completedAt, requestedAt } = request;
    const { reserved } = gate;
    return [
      {
        reserved,
        release: entered,
        waited: left - entered,
        duration: completedAt - requestedAt,
        done: completedAt,
        seen,
      },
    ];
  });
}

/**
 * Of the accounts that tenants waited for: from the first that came to the gate to the last one known, and what the limits allow at
 * best, as if nobody else had asked for accounts. Without such tenants, of the stock.
 */
function makespan(all: readonly Creation[]) {
  const reserved = all.filter((creation) => creation.reserved);
  const creations = reserved.length > 0 ? reserved : all;
  const begin = Math.min(...creations.map(({ release }) => release));
  const jobs: Job[] = creations.map(({ release, duration }) => ({ release: release - begin, duration }));
  const taken = (Math.max(...creations.map(({ seen }) => seen)) - begin) / 1_000;
  const bound = earliestEnd(jobs, LIMITS) / 1_000;
  return { waitedFor: reserved.length, makespan: taken, bound, ratio: taken / bound };
}

function idealWaits(creations: readonly Creation[]): number[] {
  const jobs = creations.map(({ release, duration }) => ({ release, duration }));
  return idealStarts(jobs, LIMITS).map((start, index) => (start - (jobs[index]?.release ?? 0)) / 1_000);
}

function mostAtOnce(requests: readonly CreateRequestRecord[]): number {
  const changes = requests.flatMap(({ requestedAt, completedAt }) => [
    { at: requestedAt, by: 1 },
    { at: completedAt, by: -1 },
  ]);
  let now = 0;
  let most = 0;
  // One that ends when another begins has ended before.
  for (const { by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

/** How many stood at the gate, every half hour from the first on. */
function queueOverTime(visits: readonly Visit[]): number[] {
  const waiting = visits.filter(({ state }) => state === 'EnterCreationGate');
  const begin = Math.min(...waiting.map(({ entered }) => entered));
  const end = Math.max(...waiting.map(({ left = 0 }) => left));
  const looks: number[] = [];
  for (let at = begin + 1_000; at < end; at += LOOK * 60_000)
    looks.push(waiting.filter(({ entered, left = end }) => entered <= at && left > at).length);
  return looks;
}

function quantiles(values: readonly number[]) {
  return { p50: percentile(values, 50), p95: percentile(values, 95), most: Math.max(0, ...values) };
}
