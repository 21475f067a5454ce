import type { Cloud, Operation, Service } from '../kernel/service.ts';
import type { Engine, EngineHost } from './engine/contract.ts';
import { createExecutionLogs } from './execution-logs.ts';
import { readItems } from './items/read-items.ts';
import { writeResults } from './items/write-results.ts';
import { indexMapRuns } from './map-run-index.ts';
import { openMockConfig } from './mocks/mock-config.ts';
import { finishDeletion } from './operations/delete-state-machine.ts';
import { statesOperations } from './operations/table.ts';
import { DEFAULT_QUOTAS, throttled } from './quotas.ts';
import { openActivities } from './records/activities.ts';
import { openExecutions } from './records/executions.ts';
import { openMachines } from './records/machines.ts';
import { openMapRuns } from './records/map-runs.ts';
import { openTaskTokens } from './records/task-tokens.ts';
import { createEndings, outcomeOf, type States } from './states.ts';
import { statusChanged } from './status-events.ts';
import { createTaskRunner } from './tasks/runner.ts';

export interface StatesOptions {
  /** Path of a Step Functions Local mock file; default: the environment's `SFN_MOCK_CONFIG`. */
  mockConfigFile?: string;
  /**
   * `default` throttles API calls as AWS does an account that never asked for more; `raised` (the default) is an
   * account whose quotas were raised beyond what it uses.
   */
  quotas?: 'default' | 'raised';
}

/** The service on an engine of the caller's choice. */
export function assembleStates(
  cloud: Cloud,
  options: StatesOptions,
  createEngine: (host: EngineHost) => Engine,
): Service {
  const states = openStates(cloud, options, createEngine);
  return {
    name: 'states',
    protocol: { kind: 'json', version: '1.0', targetPrefix: 'AWSStepFunctions' },
    operations: withQuotas(cloud, statesOperations(states, createEngine), options.quotas ?? 'raised'),
    start() {
      states.engine.resume();
      repairIndex(states);
      for (const machine of states.machines.list()) {
        if (machine.status === 'DELETING') finishDeletion(states, machine.arn);
      }
    },
    async stop() {
      await states.logs.flush();
      states.executions.close();
    },
  };
}

function openStates(cloud: Cloud, options: StatesOptions, createEngine: (host: EngineHost) => Engine): States {
  const { store, clock } = cloud;
  const logs = createExecutionLogs(() => states);
  const states: States = {
    cloud,
    machines: openMachines(store),
    executions: openExecutions(store),
    activities: openActivities(store),
    mapRuns: openMapRuns(store),
    tokens: openTaskTokens(store),
    mocks: openMockConfig(options.mockConfigFile ?? process.env['SFN_MOCK_CONFIG']),
    endings: createEndings(),
    logs,
    engine: createEngine({
      clock,
      store,
      tasks: createTaskRunner(() => states),
      readItems: (source) => readItems(states, source),
      writeResults: (destination) => writeResults(states, destination),
      ended(execution, outcome) {
        if (execution.type === 'STANDARD') {
          const { executionArn, stateMachineArn, name } = execution;
          const { status, error, cause } = outcome;
          states.executions.end(executionArn, outcome);
          statusChanged(states, { executionArn, stateMachineArn, name, status, error, cause });
        }
        states.endings.ended(execution.executionArn, outcome);
      },
      appended(execution, events) {
        logs.write(execution, events);
        if (execution.type !== 'STANDARD') return;
        const { executionArn, name, stateMachineArn } = execution;
        indexMapRuns(states, execution, events);
        cloud.emit({ type: 'states.history', detail: { executionArn, name, stateMachineArn, events } });
      },
    }),
  };
  return states;
}

/** An execution whose last event was durable when the process died, but not yet its line in the index. */
function repairIndex(states: States): void {
  for (const arn of states.executions.running()) {
    const length = states.engine.historyLength(arn);
    const [last] = states.engine.history(arn, { fromId: length, limit: 1 });
    const outcome = outcomeOf(last);
    if (!outcome) continue;
    states.executions.end(arn, outcome);
    const execution = states.executions.get(arn);
    if (execution) statusChanged(states, { executionArn: arn, ...execution });
    states.endings.ended(arn, outcome);
  }
}

function withQuotas(
  cloud: Cloud,
  operations: Record<string, Operation>,
  quotas: 'default' | 'raised',
): Record<string, Operation> {
  if (quotas === 'raised') return operations;
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => {
      const quota = DEFAULT_QUOTAS[name];
      return [name, quota ? throttled(cloud.clock, operation, quota) : operation];
    }),
  );
}
