import type { Figures } from './figures.ts';

/** Calls that every account needs and that must never be refused for their number. */
export const PACED = ['CreateAccount', 'DescribeCreateAccountStatus', 'MoveAccount'] as const;

/** The most that the makespan may be of what the limits allow. */
const MOST = 1.1;

/** The figures as lines for people. */
export function reportLines(figures: Figures): string[] {
  const { creation, accounts, ready, stepFunctions, lambda, real } = figures;
  const rows: [string, string][] = [
    ['tenants (with an account of their own)', `${figures.tenants} (${figures.dedicated})`],
    ['tenants that failed', String(figures.failed.length)],
    ['accounts that tenants waited for', String(creation.waitedFor)],
    ['  the first asked for until the last is known', duration(creation.makespan)],
    ['  no schedule could be faster than', duration(creation.bound)],
    ['wait at the gate, p50 / p95', pair(creation.waitAtGate)],
    ['  in an ideal queue', pair(creation.waitAtGateIdeal)],
    ['account made until the workflow knows it, p50 / p95', pair(creation.betweenDoneAndSeen)],
    ['creations in flight at most', String(creation.mostInFlight)],
    ['queue at the gate, every 30 minutes', creation.queue.join(' ')],
    ['accounts created (failed requests)', `${accounts.created} (${accounts.failedRequests})`],
    ['  in the pool at the end, wasted', `${accounts.poolAtTheEnd}, ${accounts.wasted}`],
    ['  in the pool and on their way at most', String(accounts.mostInPool)],
    ['basic tenant ready after, p50 / p95', pair(ready.basic)],
    ['tenant with its own account ready after, p50 / p95', pair(ready.plus)],
    ...Object.entries(figures.organizationsCalls).map(([name, { calls, throttled, refused }]): [string, string] => [
      `calls of ${name}`,
      `${calls}, ${throttled} throttled, ${refused} refused`,
    ]),
    ...Object.entries(figures.refusals).map(([why, count]): [string, string] => [`  ${why}`, String(count)]),
    [
      'polls',
      Object.entries(stepFunctions.retries)
        .map(([state, count]) => `${state} ${count}`)
        .join(', '),
    ],
    ['executions', String(stepFunctions.executions)],
    ['billed transitions', `${stepFunctions.transitions}, $${stepFunctions.dollars.toFixed(2)}`],
    ['Lambda invocations', `${lambda.invocations}, ${lambda.coldStarts} cold, ${lambda.mostAtOnce} at once at most`],
    ['real time, memory', `${real.seconds.toFixed(0)} s, ${real.memoryMiB.toFixed(0)} MiB`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(54)} ${value}`);
}

/** What the figures are held against, each with its verdict. */
export function goals(figures: Figures, poolSize: number): { text: string; met: boolean }[] {
  const throttled = PACED.reduce((sum, name) => sum + (figures.organizationsCalls[name]?.throttled ?? 0), 0);
  const { creation, accounts } = figures;
  return [
    { text: `makespan / bound ${creation.ratio.toFixed(3)} (at most ${MOST})`, met: creation.ratio <= MOST },
    { text: `${throttled} of ${PACED.join(', ')} throttled (0)`, met: throttled === 0 },
    { text: `${figures.failed.length} tenants failed (0)`, met: figures.failed.length === 0 },
    { text: `${accounts.wasted} accounts wasted (0)`, met: accounts.wasted === 0 },
    {
      text: `${accounts.mostInPool} in the pool or on their way (at most ${poolSize})`,
      met: accounts.mostInPool <= poolSize,
    },
    { text: `${figures.troubles.length} schedules in trouble (0)`, met: figures.troubles.length === 0 },
  ];
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 3_600)} h ${String(Math.floor((whole % 3_600) / 60)).padStart(2, '0')} min ${String(whole % 60).padStart(2, '0')} s`;
}

function pair({ p50, p95 }: { p50: number; p95: number }): string {
  return Number.isNaN(p50) ? '-' : `${p50.toFixed(1)} s / ${p95.toFixed(1)} s`;
}
