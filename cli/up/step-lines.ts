import type { CloudEvent } from '../../local/kernel/service.ts';
import { duration } from '../output.ts';

interface HistoryEvent {
  type: string;
  timestamp: number;
  stateEnteredEventDetails?: { name: string };
  stateExitedEventDetails?: { name: string };
  [details: string]: unknown;
}

/**
 * Turns what the local cloud says about its executions into one line per step: the tenant, the state, how long it took
 * on the simulated clock.
 */
export function stepLines(write: (line: string) => void): (event: CloudEvent) => void {
  const entered = new Map<string, number>();
  return ({ type, detail }) => {
    if (type !== 'states.history') return;
    const { executionArn, name, events } = detail as { executionArn: string; name: string; events: HistoryEvent[] };
    const [workflow] = executionArn.split(':').slice(-2);
    const label = `${tenantOf(name).padEnd(12)} ${(workflow ?? '').replace(/^tenantry-/, '').padEnd(18)}`;
    for (const event of events) {
      const into = event.stateEnteredEventDetails?.name;
      if (into) entered.set(`${executionArn}#${into}`, event.timestamp);
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

/** Operations are named after their tenant; nested executions by Step Functions. */
function tenantOf(executionName: string): string {
  return executionName.match(/^(.*)-[0-9a-f]{16}$/)?.[1] ?? '';
}
