import { randomBytes } from 'node:crypto';
import { administrator } from '../kernel/cloud.ts';
import type { ExecutionStart, HistoryEvent } from './engine/contract.ts';
import type { Revision } from './records/machines.ts';
import type { States } from './states.ts';

/** Real milliseconds over which events are gathered. As on AWS, delivery is a best effort and not part of the execution. */
const GATHERING = 100;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const MOST_EVENTS = 1_000;

/** Members of event details that `includeExecutionData: false` keeps out of the log. */
const DATA = /^(input|output|parameters|assignedVariables)(Details)?$/;

interface Line {
  readonly timestamp: number;
  readonly message: string;
}

/** Writes histories to the log groups of their state machines. */
export interface ExecutionLogs {
  write(execution: ExecutionStart, events: readonly HistoryEvent[]): void;
  /** Writes what was gathered. */
  flush(): Promise<void>;
}

/**
 * The logging that a state machine's LoggingConfiguration asks for, where CloudWatch Logs is part of the run.
 * https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 */
export function createExecutionLogs(states: () => States): ExecutionLogs {
  const gathered = new Map<string, Line[]>();
  const streams = new Map<string, { group: string; region: string; accountId: string; stream: string }>();
  const redrives = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const due = [...gathered];
    gathered.clear();
    for (const [machineArn, lines] of due) await deliver(machineArn, lines);
  }

  async function deliver(machineArn: string, lines: Line[]): Promise<void> {
    const target = streams.get(machineArn);
    if (!target) return;
    const { cloud } = states();
    const names = { logGroupName: target.group, logStreamName: target.stream };
    const call = (operation: string, input: object) =>
      cloud.call('logs', operation, input, administrator(target.accountId), { region: target.region });
    lines.sort((a, b) => a.timestamp - b.timestamp);
    try {
      await call('CreateLogStream', names).catch((error: { code?: string }) => {
        if (error.code !== 'ResourceAlreadyExistsException') throw error;
      });
      for (let i = 0; i < lines.length; i += MOST_EVENTS) {
        await call('PutLogEvents', { ...names, logEvents: lines.slice(i, i + MOST_EVENTS) });
      }
    } catch (error) {
      cloud.log('warn', 'executions could not be logged', { ...names, error: String(error) });
    }
  }

  return {
    flush,
    write(execution, events) {
      const { cloud, machines } = states();
      const { stateMachineArn } = execution;
      const machine = cloud.has('logs') ? machines.get(stateMachineArn) : undefined;
      if (!machine) return;
      const logging = machines.revision(machine).loggingConfiguration;
      const group = logGroupOf(logging);
      const shown = events.filter(({ type }) => isLogged(type, logging.level));
      if (!group || shown.length === 0) return;
      if (streams.get(stateMachineArn)?.group !== group.group) {
        streams.set(stateMachineArn, { ...group, stream: streamName(machine.name, cloud.clock.now()) });
      }
      const lines = gathered.get(stateMachineArn) ?? [];
      gathered.set(stateMachineArn, lines);
      for (const event of shown) lines.push(lineOf(execution, event, logging.includeExecutionData, redrives));
      timer ??= setTimeout(() => void flush(), GATHERING).unref();
    },
  };
}

function logGroupOf(logging: Revision['loggingConfiguration']) {
  const [destination] = (logging.destinations ?? []) as { cloudWatchLogsLogGroup?: { logGroupArn?: string } }[];
  const match = /^arn:[^:]+:logs:([^:]+):(\d+):log-group:(.+):\*$/.exec(
    destination?.cloudWatchLogsLogGroup?.logGroupArn ?? '',
  );
  const [, region = '', accountId = '', group = ''] = match ?? [];
  return match ? { region, accountId, group } : undefined;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-log-level */
function isLogged(type: string, level: string): boolean {
  if (level === 'ALL') return true;
  if (level === 'ERROR') return type === 'FailStateEntered' || /(Failed|Aborted|TimedOut)$/.test(type);
  return level === 'FATAL' && /^Execution(Failed|Aborted|TimedOut)$/.test(type);
}

/** `states/MACHINE/2026-11-22-09-30/1a2b3c4d` */
function streamName(machineName: string, now: number): string {
  const minute = new Date(now).toISOString().slice(0, 16).replace(/[T:]/g, '-');
  return `states/${machineName}/${minute}/${randomBytes(4).toString('hex')}`;
}

function lineOf(
  execution: ExecutionStart,
  event: HistoryEvent,
  withData: boolean,
  redrives: Map<string, number>,
): Line {
  const member = Object.keys(event).find((key) => key.endsWith('EventDetails'));
  const details = Object.entries((member && event[member]) ?? {}).filter(([name]) => withData || !DATA.test(name));
  const { executionArn } = execution;
  const redriven = event['executionRedrivenEventDetails'] as { redriveCount: number } | undefined;
  if (redriven) redrives.set(executionArn, redriven.redriveCount);
  const message = {
    id: String(event.id),
    type: event.type,
    details: Object.fromEntries(details),
    previous_event_id: String(event.previousEventId),
    event_timestamp: String(Math.floor(event.timestamp)),
    execution_arn: executionArn,
    ...(execution.type === 'STANDARD' && { redrive_count: String(redrives.get(executionArn) ?? 0) }),
  };
  return { timestamp: Math.floor(event.timestamp), message: JSON.stringify(message) };
}
