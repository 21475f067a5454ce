import type { Clock, Timer } from '../kernel/clock.ts';
import type { Cloud } from '../kernel/service.ts';

export type JobKind = 'cluster-created' | 'cluster-deleted' | 'update-finished' | 'addon-settled' | 'nodegroup-settled';

interface Job {
  kind: JobKind;
  key: string;
  at: number;
}

export type JobHandler = (key: string) => void | Promise<void>;

/** Things that happen later, on the clock, and that a restart does not forget. */
export interface Jobs {
  /** What a kind of job does; to be said for each kind before `start`. */
  on(kind: JobKind, handler: JobHandler): void;
  /** One job per kind and key; a later one replaces an earlier one. */
  schedule(kind: JobKind, key: string, delay: number): void;
  /** Sets the timers of what is in the store. */
  start(): void;
  stop(): void;
}

/**
 * The job is forgotten when its handler has succeeded; while it works the clock does not jump. A handler that throws is
 * logged and tried again after a minute.
 */
export function createJobs(cloud: Pick<Cloud, 'clock' | 'store' | 'log'>): Jobs {
  const handlers = new Map<JobKind, JobHandler>();
  const jobs = cloud.store.collection<Job>('eks.jobs');
  const timers = new Map<string, Timer>();
  const clock: Clock = cloud.clock;

  function arm(id: string, job: Job): void {
    timers.get(id)?.cancel();
    timers.set(
      id,
      clock.at(job.at, () => void run(id, job)),
    );
  }

  async function run(id: string, job: Job): Promise<void> {
    timers.delete(id);
    const release = clock.hold(`eks:${id}`);
    try {
      await handlers.get(job.kind)?.(job.key);
      if (jobs.get(id)?.at === job.at) jobs.delete(id);
    } catch (error) {
      cloud.log('error', `eks ${id} failed, will be tried again: ${(error as Error).message}`);
      put(id, { ...job, at: clock.now() + 60_000 });
    } finally {
      release();
    }
  }

  function put(id: string, job: Job): void {
    jobs.put(id, job);
    arm(id, job);
  }

  return {
    on: (kind, handler) => void handlers.set(kind, handler),
    schedule: (kind, key, delay) => put(`${kind} ${key}`, { kind, key, at: clock.now() + delay }),
    start() {
      for (const [id, job] of jobs.entries()) arm(id, job);
    },
    stop() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
    },
  };
}
