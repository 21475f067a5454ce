import type { Store } from '../../kernel/store.ts';
import type { TaskReport } from '../engine/contract.ts';

export interface Activity {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  readonly creationDate: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly encryptionConfiguration?: Readonly<Record<string, unknown>>;
}

/** A task that waits for a worker. */
export interface ActivityTask {
  readonly taskToken: string;
  readonly input: string;
  readonly report: TaskReport;
}

/** Activities (durable) and their queues (rebuilt from the executions after a restart). */
export interface Activities {
  get(arn: string): Activity | undefined;
  put(activity: Activity): void;
  delete(arn: string): void;
  list(): Activity[];
  /** Queues a task for the next worker that polls; the result takes it out again. */
  schedule(arn: string, task: ActivityTask): () => void;
  /** The oldest waiting task, or the first to come; undefined when `signal` aborts. */
  take(arn: string, signal: AbortSignal): Promise<ActivityTask | undefined>;
  /** Pollers that wait on the activity now. */
  pollers(arn: string): number;
}

interface Queue {
  waiting: ActivityTask[];
  pollers: ((task: ActivityTask) => void)[];
}

/** The activities in `store`. */
export function openActivities(store: Store): Activities {
  const collection = store.collection<Activity>('states.activities');
  const queues = new Map<string, Queue>();
  const queueOf = (arn: string): Queue => {
    const queue = queues.get(arn) ?? { waiting: [], pollers: [] };
    queues.set(arn, queue);
    return queue;
  };

  return {
    get: (arn) => collection.get(arn),
    put: (activity) => collection.put(activity.arn, activity),
    delete(arn) {
      collection.delete(arn);
    },
    list: () =>
      collection
        .entries()
        .map(([, activity]) => activity)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    schedule(arn, task) {
      const queue = queueOf(arn);
      const poller = queue.pollers.shift();
      if (poller) poller(task);
      else queue.waiting.push(task);
      return () => {
        queue.waiting = queue.waiting.filter((other) => other !== task);
      };
    },
    take(arn, signal) {
      const queue = queueOf(arn);
      const task = queue.waiting.shift();
      if (task || signal.aborted) return Promise.resolve(task);
      return new Promise((resolve) => {
        queue.pollers.push(resolve);
        signal.addEventListener('abort', () => {
          queue.pollers = queue.pollers.filter((other) => other !== resolve);
          resolve(undefined);
        });
      });
    },
    pollers: (arn) => queueOf(arn).pollers.length,
  };
}
