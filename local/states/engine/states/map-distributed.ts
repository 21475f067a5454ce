import { randomUUID } from 'node:crypto';
import type { MapRunBounds } from '../contract.ts';
import type { State } from '../definition.ts';
import { runtimeFailure } from '../failure.ts';
import { MAP_RUN_UPDATED } from '../fold.ts';
import type { Execution, Failure, Fork, PrivateDetails, Thread } from '../model.ts';
import { isObject } from '../payload.ts';
import type { Runtime } from '../runtime.ts';
import type { Scope } from '../scope.ts';
import { mapNumber } from './map-fields.ts';

/** Most children that run at once. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const DISTRIBUTED_CONCURRENCY = 10_000;

/** Whether the Map runs each iteration as a child workflow of its own. */
export function isDistributed(state: State): boolean {
  const processor = state.raw['ItemProcessor'] ?? state.raw['Iterator'];
  const config = isObject(processor) ? processor['ProcessorConfig'] : undefined;
  return isObject(config) && config['Mode'] === 'DISTRIBUTED';
}

/**
 * The Map Run's ARN and its tolerance of failed items.
 * https://docs.aws.amazon.com/step-functions/latest/dg/maprun-fail-threshold.html
 */
export async function distributedSettings(
  thread: Thread,
  state: State,
  scope: Scope,
): Promise<Pick<PrivateDetails, 'run' | 'tc' | 'tp'>> {
  const count = await mapNumber(state, 'ToleratedFailureCount', scope);
  if (count !== undefined && count < 0) throw runtimeFailure('ToleratedFailureCount cannot be negative.');
  const percentage = await mapNumber(state, 'ToleratedFailurePercentage', scope);
  if (percentage !== undefined && (percentage < 0 || percentage > 100))
    throw runtimeFailure('ToleratedFailurePercentage must be between 0 and 100.');
  const [, partition, , region, account, , machine] = thread.execution.start.stateMachineArn.split(':');
  const label = typeof state.raw['Label'] === 'string' ? state.raw['Label'] : randomUUID();
  const run = `arn:${partition}:states:${region}:${account}:mapRun:${machine}/${label}:${randomUUID()}`;
  return {
    run,
    ...(count === undefined ? {} : { tc: count }),
    ...(percentage === undefined ? {} : { tp: percentage }),
  };
}

/** The failure of a Map Run with more failed items than it tolerates: none by default; if both limits are set, either one. */
export function exceededTolerance(fork: Fork): Failure | undefined {
  const { distributed, failed, size } = fork;
  if (!distributed || failed === 0) return undefined;
  const { toleratedCount, toleratedPercentage } = distributed;
  const count = toleratedCount ?? (toleratedPercentage === undefined ? 0 : size);
  if (failed <= count && (failed / size) * 100 <= (toleratedPercentage ?? 100)) return undefined;
  return {
    error: 'States.ExceedToleratedFailureThreshold',
    cause: 'The specified tolerated failure threshold was exceeded',
  };
}

/** New bounds for a Map Run in progress: more children may start at once, or one failure too many is known. */
export function updateMapRun(runtime: Runtime, execution: Execution, mapRunArn: string, bounds: MapRunBounds): void {
  for (const thread of execution.threads.values()) {
    if (thread.fork?.distributed?.mapRunArn !== mapRunArn) continue;
    const { maxConcurrency, toleratedFailureCount: tc, toleratedFailurePercentage: tp } = bounds;
    const mc = maxConcurrency === 0 ? DISTRIBUTED_CONCURRENCY : maxConcurrency;
    const extra: PrivateDetails = {
      ...(mc === undefined ? {} : { mc }),
      ...(tc === undefined ? {} : { tc }),
      ...(tp === undefined ? {} : { tp }),
    };
    runtime.recordHidden(thread, MAP_RUN_UPDATED, extra);
    runtime.wake(thread);
  }
}

/** Name and ARN of the child workflow of one item. */
export function childWorkflow(fork: Fork, index: number): { name: string; arn: string } {
  const run = fork.distributed?.mapRunArn ?? '';
  const name = `${run.split(':').at(-1)}-${index}`;
  const [, partition, , region, account, , machine] = run.split(':');
  return { name, arn: `arn:${partition}:states:${region}:${account}:execution:${machine}:${name}` };
}
