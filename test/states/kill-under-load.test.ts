/** The real process, killed again and again while it works: no execution and no recorded result is open. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateActivityCommand,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  paginateGetExecutionHistory,
  type SFNClient,
  SFNServiceException,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, expect, test } from 'vitest';
import { type Work, workOn } from './support/activity-worker.ts';
import { type ServedCloud, serveCloud } from './support/served-cloud.ts';

const LIVES = 5;
/** Real milliseconds a life lasts, about: long enough that executions stand at every kind of state. */
const [SHORTEST_LIFE, LONGEST_LIFE] = [300, 1_200];

const ACTIVITY = 'arn:aws:states:us-east-1:111111111111:activity:work';
const MACHINE = 'arn:aws:states:us-east-1:111111111111:stateMachine:load';
const DEFINITION = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'Before',
  States: {
    Before: { Type: 'Pass', Assign: { n: '{% $states.input.n %}' }, Next: 'Work' },
    Work: {
      Type: 'Task',
      Resource: ACTIVITY,
      // A task whose hand-out was lost with the process belongs to nobody until it times out, as on AWS.
      TimeoutSeconds: 4,
      Retry: [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 9 }],
      Next: 'Sleep',
    },
    Sleep: { Type: 'Wait', Seconds: 1, Next: 'Both' },
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Add', States: { Add: { Type: 'Pass', Output: '{% $n + 1 %}', End: true } } },
        { StartAt: 'Nap', States: { Nap: { Type: 'Wait', Seconds: 1, Output: '{% $n %}', End: true } } },
      ],
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      ItemProcessor: {
        StartAt: 'Double',
        States: { Double: { Type: 'Pass', Output: '{% $states.input * 2 %}', End: true } },
      },
      End: true,
    },
  },
});

const folder = mkdtempSync(join(tmpdir(), 'killed-'));
let cloud: ServedCloud | undefined;
afterAll(async () => {
  await cloud?.kill();
  rmSync(folder, { recursive: true });
});

/** A small generator of numbers in [0, 1), so that a failure can be run again by its seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** What the clients of all lives know. */
interface Known {
  next: number;
  /** Executions whose start was acknowledged. */
  readonly started: Set<number>;
  readonly work: Work;
}

/** Starts executions and works on their tasks until the process is killed in the middle of it. */
async function liveAndDie({ client, kill }: ServedCloud, random: () => number, known: Known): Promise<void> {
  const over = new AbortController();
  const workers = [1, 2, 3].map(() => workOn(client, ACTIVITY, known.work, over.signal));
  const starters = [1, 2].map(() => startUntilDeath(client, known));
  await new Promise((resolve) => setTimeout(resolve, SHORTEST_LIFE + random() * (LONGEST_LIFE - SHORTEST_LIFE)));
  await kill();
  over.abort();
  await Promise.all([...workers, ...starters]);
}

async function startUntilDeath(client: SFNClient, known: Known): Promise<void> {
  for (;;) {
    const n = known.next++;
    const request = { stateMachineArn: MACHINE, name: `n-${n}`, input: JSON.stringify({ n }) };
    try {
      await client.send(new StartExecutionCommand(request));
      known.started.add(n);
    } catch (error) {
      if (error instanceof SFNServiceException) throw error;
      // Killed before the answer: the execution may exist or not.
      return;
    }
    // A pause lets the executions get on.
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function historyOf(client: SFNClient, executionArn: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  for await (const page of paginateGetExecutionHistory({ client }, { executionArn })) {
    events.push(...(page.events ?? []));
  }
  return events;
}

/** What every history must be, however often the process died while it was written. */
function expectConsistent(events: readonly HistoryEvent[], n: number): void {
  expect(events.map(({ id }) => id)).toEqual(events.map((_, i) => i + 1));
  expect(events.every(({ id, previousEventId }) => (previousEventId ?? 0) < (id ?? 0))).toBe(true);
  const count = (type: string) => events.filter((event) => event.type === type).length;
  expect({
    started: count('ExecutionStarted'),
    open: count('ActivityScheduled') - count('ActivityTimedOut'),
    results: count('ActivitySucceeded'),
    waits: count('WaitStateExited'),
    iterations: count('MapIterationSucceeded'),
    ended: count('ExecutionSucceeded'),
  }).toEqual({ started: 1, open: 1, results: 1, waits: 2, iterations: 2, ended: 1 });
  expect(events.at(-1)?.executionSucceededEventDetails?.output).toBe(JSON.stringify([(n + 1) * 2, n * 2]));
}

test('executions survive kill -9 under load', { timeout: 60_000 }, async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 32);
  console.log(`SEED=${seed}`);
  const random = randomFrom(seed);
  const work: Work = { acknowledged: new Set(), repeated: [] };
  const known: Known = { next: 0, started: new Set(), work };
  cloud = await serveCloud(folder);
  await cloud.client.send(new CreateActivityCommand({ name: 'work' }));
  const roleArn = 'arn:aws:iam::111111111111:role/load';
  await cloud.client.send(new CreateStateMachineCommand({ name: 'load', definition: DEFINITION, roleArn }));
  for (let life = 0; life < LIVES; life++) {
    const living: ServedCloud = cloud ?? (await serveCloud(folder));
    cloud = undefined;
    await liveAndDie(living, random, known);
  }
  expect(known.started.size).toBeGreaterThan(LIVES);
  expect(known.started.size).toBeLessThan(known.next);

  cloud = await serveCloud(folder);
  const { client } = cloud;
  const over = new AbortController();
  const workers = [1, 2, 3].map(() => workOn(client, ACTIVITY, work, over.signal));
  const running = new ListExecutionsCommand({ stateMachineArn: MACHINE, statusFilter: 'RUNNING', maxResults: 1 });
  await expect
    .poll(async () => (await client.send(running)).executions, { timeout: 30_000, interval: 50 })
    .toHaveLength(0);
  over.abort();
  await Promise.all(workers);

  for (const n of known.started) {
    const executionArn = `${MACHINE.replace('stateMachine', 'execution')}:n-${n}`;
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect({ n, status }).toEqual({ n, status: 'SUCCEEDED' });
    expectConsistent(await historyOf(client, executionArn), n);
  }
  expect(work.repeated).toEqual([]);
});
