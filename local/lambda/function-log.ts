import { AwsError } from '../kernel/errors.ts';
import type { Caller, Cloud } from '../kernel/service.ts';

/** Text of one invocation on its way to CloudWatch Logs. */
export interface LogDelivery {
  readonly role: Caller;
  readonly region: string;
  readonly group: string;
  readonly stream: string;
  readonly text: string;
}

export interface FunctionLog {
  /** Queues the lines; returns at once. Lines the role may not write are lost, as on AWS. */
  write(delivery: LogDelivery): void;
  /** Resolves when everything queued so far is written or lost. */
  flush(): Promise<void>;
}

/** Delivers what functions print to `local/logs`, after the invocation has been answered. */
export function createFunctionLog(cloud: Cloud): FunctionLog {
  const streams = new Set<string>();
  let last = Promise.resolve();
  return {
    write(delivery) {
      if (!cloud.has('logs')) return;
      const timestamp = Math.floor(cloud.clock.now());
      last = last
        .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
        .then(() => deliver(cloud, streams, delivery, timestamp));
    },
    flush: () => last,
  };
}

async function deliver(cloud: Cloud, streams: Set<string>, delivery: LogDelivery, timestamp: number): Promise<void> {
  const { role, region, group: logGroupName, stream: logStreamName } = delivery;
  const call = (operation: string, input: unknown) => cloud.call('logs', operation, input, role, { region });
  const stream = `${role.accountId}/${region}/${logGroupName}/${logStreamName}`;
  try {
    if (!streams.has(stream)) {
      await existing(call('CreateLogGroup', { logGroupName }));
      await existing(call('CreateLogStream', { logGroupName, logStreamName }));
      streams.add(stream);
    }
    const logEvents = delivery.text
      .split('\n')
      .filter((line) => line !== '')
      .map((message) => ({ timestamp, message: `${message}\n` }));
    if (logEvents.length > 0) await call('PutLogEvents', { logGroupName, logStreamName, logEvents });
  } catch (error) {
    // A function whose role may not write logs runs on without them.
    cloud.log('debug', 'function log not written', { logGroupName, error: String(error) });
    streams.delete(stream);
  }
}

async function existing(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceAlreadyExistsException') return;
    // Without the right to create a group, the stream of an existing group may still work.
    if (error instanceof AwsError && error.code.startsWith('AccessDenied')) return;
    throw error;
  }
}
