import type { CloudEvent } from '../../local/kernel/service.ts';
import { duration } from '../output.ts';

interface HistoryEvent {
  type: string;
  timestamp: number;
  executionStartedEventDetails?: { input?: string };
  stateEnteredEventDetails?: { name: string };
  stateExitedEventDetails?: { name: string };
  taskScheduledEventDetails?: { resource: string; parameters: string };
  [details: string]: unknown;
}

/**
 * Turns what the local cloud says about its executions into one line per step: the tenant (or the account that is vended
 * for the pool), the workflow, the state, how long it took on the simulated clock; and one where it begins to wait at a
 * gate of AWS's limits.
 */
export function stepLines(write: (line: string) => void): (event: CloudEvent) => void {
  const entered = new Map<string, number>();
  const subjects = new Map<string, string>();
  return ({ type, detail }) => {
    if (type !== 'states.history') return;
    const { executionArn, name, events } = detail as { executionArn: string; name: string; events: HistoryEvent[] };
    const [workflow] = executionArn.split(':').slice(-2);
    for (const event of events) {
      if (event.executionStartedEventDetails)
        subjects.set(executionArn, subjectOf(event.executionStartedEventDetails.input));
      const subject = subjects.get(executionArn) ?? tenantOf(name);
      const label = `${subject.padEnd(12)} ${(workflow ?? '').replace(/^tenantry-/, '').padEnd(18)}`;
      const into = event.stateEnteredEventDetails?.name;
      if (into) entered.set(`${executionArn}#${into}`, event.timestamp);
      const gate = gateOf(event);
      if (gate) write(`${label} at the gate ${gate}`);
      const out = event.stateExitedEventDetails?.name;
      if (out)
        write(
          `${label} ${out.padEnd(22)} ${duration(event.timestamp - (entered.get(`${executionArn}#${out}`) ?? event.timestamp))}`,
        );
      if (event.type === 'ExecutionFailed' || event.type === 'ExecutionAborted' || event.type === 'ExecutionTimedOut') {
        write(`${label} ${event.type}: ${JSON.stringify(event['executionFailedEventDetails'] ?? {}).slice(0, 300)}`);
      }
    }
  };
}

/** For whom an execution works, by its input. */
function subjectOf(input = '{}'): string {
  const { tenantId, reservedFor, accountName } = JSON.parse(input) as Record<string, string | undefined>;
  return tenantId ?? reservedFor ?? accountName?.replace(/^tenantry-/, '') ?? '';
}

/** Operations are named after their tenant: for executions that began before this process. */
function tenantOf(executionName: string): string {
  return executionName.match(/^(.*)-[0-9a-f]{16}$/)?.[1] ?? '';
}

/** The gate at which an execution arrives. That of a tenant's operations is passed by all, mostly at once: it is no news. */
function gateOf({ taskScheduledEventDetails: task }: HistoryEvent): string | undefined {
  if (!task?.resource.endsWith('.waitForTaskToken')) return undefined;
  return (JSON.parse(task.parameters) as { Payload?: { gate?: string } }).Payload?.gate;
}
