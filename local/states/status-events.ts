/**
 * "Step Functions Execution Status Change" events on the default bus.
 * https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
 */
import type { Caller } from '../kernel/service.ts';
import type { ExecutionRecord } from './records/executions.ts';
import { redriveMembers } from './redrive-eligibility.ts';
import type { States } from './states.ts';

/** Input and output are left out when the event would get too large for EventBridge. */
const MOST_DATA = 248 * 1024;
const MOST_ENTRIES = 10;

interface Entry {
  readonly caller: Caller;
  readonly region: string;
  readonly entry: Record<string, unknown>;
}

const outboxes = new WeakMap<States, Entry[]>();

/** What observers are told at once. */
interface Change {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: string;
  readonly error?: string;
  readonly cause?: string;
}

/** Tells observers and the default bus what has just become of the execution. */
export function statusChanged(states: States, change: Change): void {
  states.cloud.emit({ type: 'states.execution', detail: { ...change } });
  if (!states.cloud.has('events')) return;
  const execution = states.executions.get(change.executionArn);
  if (!execution) return;
  const { arn, stateMachineArn } = execution;
  const [, , , region = states.cloud.region, accountId = states.cloud.accountId] = arn.split(':');
  const caller: Caller = {
    kind: 'service',
    accountId,
    arn: 'states.amazonaws.com',
    userId: 'states.amazonaws.com',
    sourceArn: stateMachineArn,
    sourceAccount: accountId,
  };
  const entry = {
    Source: 'aws.states',
    DetailType: 'Step Functions Execution Status Change',
    Resources: [arn],
    Time: states.cloud.clock.now() / 1000,
    Detail: JSON.stringify(detailOf(states, execution)),
  };
  post(states, { caller, region, entry });
}

/** The `detail` of the event, members in AWS's order. */
export function detailOf(states: States, execution: ExecutionRecord): Record<string, unknown> {
  const { input, output } = execution;
  const redrive = redriveMembers(states, execution);
  const included = Buffer.byteLength(input) + Buffer.byteLength(output ?? '') <= MOST_DATA;
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachineArn,
    name: execution.name,
    status: execution.status,
    startDate: execution.startDate,
    stopDate: execution.stopDate ?? null,
    input: included ? input : null,
    output: included ? (output ?? null) : null,
    stateMachineVersionArn: execution.stateMachineVersionArn ?? null,
    stateMachineAliasArn: execution.stateMachineAliasArn ?? null,
    redriveCount: execution.redriveCount,
    redriveDate: execution.redriveDate ?? null,
    redriveStatus: redrive.redriveStatus,
    redriveStatusReason: redrive.redriveStatusReason ?? null,
    inputDetails: { included },
    outputDetails: output === undefined ? null : { included },
    error: execution.error ?? null,
    cause: execution.cause ?? null,
  };
}

/** Posts in the next turn of the event loop, what gathers until then together, without holding up the caller. */
function post(states: States, entry: Entry): void {
  const waiting = outboxes.get(states);
  if (waiting) {
    waiting.push(entry);
    return;
  }
  outboxes.set(states, [entry]);
  const release = states.cloud.clock.hold('states status events');
  setImmediate(() => {
    const entries = outboxes.get(states) ?? [];
    outboxes.delete(states);
    void deliver(states, entries).finally(release);
  });
}

async function deliver(states: States, entries: readonly Entry[]): Promise<void> {
  const groups = Object.values(Object.groupBy(entries, ({ caller, region }) => `${caller.accountId} ${region}`));
  for (const group of groups) {
    for (let from = 0; group && from < group.length; from += MOST_ENTRIES) {
      const batch = group.slice(from, from + MOST_ENTRIES);
      const [first] = batch;
      if (first) await put(states, first, batch);
    }
  }
}

async function put(states: States, first: Entry, batch: readonly Entry[]): Promise<void> {
  try {
    const input = { Entries: batch.map(({ entry }) => entry) };
    const answer = await states.cloud.call('events', 'PutEvents', input, first.caller, { region: first.region });
    if (answer.FailedEntryCount > 0) {
      states.cloud.log('warn', 'execution status events were refused', { answer: JSON.stringify(answer) });
    }
  } catch (error) {
    // AWS sends these events on a best-effort basis; executions do not suffer from it.
    states.cloud.log('warn', 'execution status events could not be sent', { error: String(error) });
  }
}
