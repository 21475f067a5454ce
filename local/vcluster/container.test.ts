import { describe, expect, it } from 'vitest';
import type { Clock } from '../kernel/clock.ts';
import { jumpingClock } from '../kernel/clocks.ts';
import { KubeAssetsError } from '../kube/assets.ts';
import { MountError, runContainer } from './container.ts';
import type { ContainerState, VirtualPod } from './pod.ts';
import type { RunningVirtualCluster } from './virtual-cluster.ts';

const virtual = { id: 'tenant-acme/acme-0', uid: 'u' } as VirtualPod;

interface Fake {
  cluster: RunningVirtualCluster;
  end(reason: string): void;
  stopped: number;
}

function fakeCluster(): Fake {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const fake: Fake = {
    stopped: 0,
    end,
    cluster: {
      port: 1,
      startMilliseconds: { controlPlane: 0, vcluster: 0 },
      pids: [],
      ended,
      residentBytes: () => 0,
      async stop() {
        fake.stopped++;
      },
    },
  };
  return fake;
}

/** Runs a container whose starts do as told, one after the other; the last one is repeated. */
function run(clock: Clock, starts: (Error | Fake)[]) {
  const told: [ContainerState, number, string | undefined, number][] = [];
  const began = clock.now();
  let next = 0;
  const container = runContainer({
    virtual,
    clock,
    async start() {
      const what = starts[Math.min(next++, starts.length - 1)];
      if (!what || what instanceof Error) throw what;
      return what.cluster;
    },
    async report(state, restarts, last) {
      told.push([state, restarts, last, clock.now() - began]);
    },
    log: () => undefined,
  });
  /** Lets time pass until there are so many. */
  const reports = async (count: number) => {
    while (told.length < count) await clock.sleep(1_000);
    return told;
  };
  return { container, reports };
}

describe('a container', () => {
  it('starts again when it ends, ever later, and what was left of it is stopped first', async () => {
    const clock = jumpingClock();
    const [first, second] = [fakeCluster(), fakeCluster()];
    const { container, reports } = run(clock, [first, second]);
    await reports(1);
    first.end('etcd ended with signal SIGKILL: ');
    const told = await reports(3);
    expect(first.stopped).toBe(1);
    expect(told.map(([{ kind }, restarts]) => [kind, restarts])).toEqual([
      ['running', 0],
      ['waiting', 1],
      ['running', 1],
    ]);
    expect(told[1]?.[0]).toMatchObject({ reason: 'CrashLoopBackOff', message: 'etcd ended with signal SIGKILL: ' });
    expect(Number(told[2]?.[3]) - Number(told[1]?.[3])).toBeGreaterThanOrEqual(10_000);
    await container.stop();
    expect(second.stopped).toBe(1);
    clock.close();
  });

  it('waits 10 s after the first failure, twice as long after each further one, and at most five minutes', async () => {
    const clock = jumpingClock();
    const { container, reports } = run(clock, [new Error('no such flag')]);
    const told = await reports(8);
    await container.stop();
    const at = told.map(([, , , time]) => time);
    const gaps = at.slice(1).map((time, index) => Math.floor((time - Number(at[index])) / 10_000));
    expect(gaps).toEqual([1, 2, 4, 8, 16, 30, 30]);
    clock.close();
  });

  it('was not restarted by what was missing around it', async () => {
    const clock = jumpingClock();
    const missing = new MountError('secret "vc-config-acme" not found');
    const { container, reports } = run(clock, [missing, new KubeAssetsError('no Go'), fakeCluster()]);
    const told = await reports(3);
    expect(told.map(([state, restarts]) => [state.kind === 'waiting' && state.reason, restarts])).toEqual([
      ['ContainerCreating', 0],
      ['ImagePullBackOff', 0],
      [false, 0],
    ]);
    await container.stop();
    clock.close();
  });

  it('does not start again once it is stopped', async () => {
    const clock = jumpingClock();
    const fake = fakeCluster();
    const { container, reports } = run(clock, [fake]);
    await reports(1);
    await container.stop();
    expect(fake.stopped).toBe(1);
    expect(container.running()).toBeUndefined();
    await clock.sleep(600_000);
    expect(await reports(1)).toHaveLength(1);
    clock.close();
  });
});
