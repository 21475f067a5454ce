import { AwsError } from '../kernel/errors.ts';
import type { Cloud, OperationInput } from '../kernel/service.ts';
import { functionArn } from './arn.ts';

/** A queue whose messages a function gets; times are simulated milliseconds. */
export interface EventSourceMapping {
  uuid: string;
  accountId: string;
  region: string;
  /** Name of the function, and version or alias. */
  name: string;
  qualifier?: string;
  queueArn: string;
  batchSize: number;
  windowSeconds: number;
  enabled: boolean;
  reportItemFailures: boolean;
  maximumConcurrency?: number;
  /** Creating, Enabling, Disabling or Updating until then. */
  settledAt: number;
  transition: 'Creating' | 'Enabling' | 'Disabling' | 'Updating';
  modifiedAt: number;
  lastResult: string;
}

/** How long a mapping takes to be created or changed. */
export const TRANSITION_MILLISECONDS = 5_000;

/** The settings of CreateEventSourceMapping and UpdateEventSourceMapping. Throws InvalidParameterValueException. */
export function mappingSettings(input: OperationInput, fifo: boolean, base?: EventSourceMapping) {
  if (input.FilterCriteria?.Filters?.length) throw invalid("The local cloud's lambda does not support FilterCriteria.");
  const batchSize = Number(input.BatchSize ?? base?.batchSize ?? 10);
  const windowSeconds = Number(input.MaximumBatchingWindowInSeconds ?? base?.windowSeconds ?? 0);
  const most = fifo ? 10 : 10_000;
  if (!(batchSize >= 1 && batchSize <= most)) throw invalid(`Batch size must be between 1 and ${most}.`);
  if (!(windowSeconds >= 0 && windowSeconds <= 300))
    throw invalid('MaximumBatchingWindowInSeconds must be between 0 and 300.');
  if (fifo && windowSeconds > 0) throw invalid('Batching window is not supported for FIFO queues.');
  if (batchSize > 10 && windowSeconds < 1) {
    throw invalid('Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10');
  }
  const maximumConcurrency = input.ScalingConfig?.MaximumConcurrency ?? base?.maximumConcurrency;
  if (maximumConcurrency !== undefined && !(maximumConcurrency >= 2 && maximumConcurrency <= 1000)) {
    throw invalid('MaximumConcurrency must be between 2 and 1000.');
  }
  const types: string[] | undefined = input.FunctionResponseTypes;
  return {
    batchSize,
    windowSeconds,
    enabled: input.Enabled ?? base?.enabled ?? true,
    reportItemFailures:
      types === undefined ? (base?.reportItemFailures ?? false) : types.includes('ReportBatchItemFailures'),
    ...(maximumConcurrency !== undefined && { maximumConcurrency }),
  };
}

/** EventSourceMappingConfiguration. */
export function describeMapping(cloud: Cloud, mapping: EventSourceMapping, state?: string): Record<string, unknown> {
  const settled = cloud.clock.now() >= mapping.settledAt;
  return {
    UUID: mapping.uuid,
    EventSourceArn: mapping.queueArn,
    EventSourceMappingArn: `arn:aws:lambda:${mapping.region}:${mapping.accountId}:event-source-mapping:${mapping.uuid}`,
    FunctionArn: functionArn(mapping),
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.windowSeconds,
    State: state ?? (settled ? (mapping.enabled ? 'Enabled' : 'Disabled') : mapping.transition),
    StateTransitionReason: 'USER_INITIATED',
    LastModified: new Date(mapping.modifiedAt),
    LastProcessingResult: mapping.lastResult,
    FunctionResponseTypes: mapping.reportItemFailures ? ['ReportBatchItemFailures'] : [],
    ...(mapping.maximumConcurrency !== undefined && {
      ScalingConfig: { MaximumConcurrency: mapping.maximumConcurrency },
    }),
  };
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, { fields: { Type: 'User' } });
}
