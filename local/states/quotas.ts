import type { Clock } from '../kernel/clock.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';

/** Tokens a bucket holds, and how many come back a second. */
type Quota = readonly [bucket: number, refill: number];

/**
 * AWS's default quotas of API calls per account and region, as published for us-east-1.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-api-action-throttling-general
 */
export const DEFAULT_QUOTAS: Readonly<Record<string, Quota>> = {
  CreateActivity: [100, 1],
  CreateStateMachine: [100, 1],
  CreateStateMachineAlias: [100, 1],
  DeleteActivity: [100, 1],
  DeleteStateMachine: [100, 1],
  DeleteStateMachineAlias: [100, 1],
  DeleteStateMachineVersion: [100, 1],
  DescribeActivity: [200, 1],
  DescribeExecution: [300, 15],
  DescribeMapRun: [200, 1],
  DescribeStateMachine: [200, 20],
  DescribeStateMachineAlias: [200, 1],
  DescribeStateMachineForExecution: [200, 1],
  GetActivityTask: [3000, 500],
  GetExecutionHistory: [400, 20],
  ListActivities: [100, 10],
  ListExecutions: [200, 5],
  ListMapRuns: [100, 1],
  ListStateMachineAliases: [100, 1],
  ListStateMachines: [100, 5],
  ListStateMachineVersions: [100, 1],
  ListTagsForResource: [100, 1],
  PublishStateMachineVersion: [100, 1],
  RedriveExecution: [1300, 300],
  SendTaskFailure: [3000, 500],
  SendTaskHeartbeat: [3000, 500],
  SendTaskSuccess: [3000, 500],
  StartExecution: [1300, 300],
  StopExecution: [1000, 200],
  TagResource: [200, 1],
  UntagResource: [200, 1],
  UpdateMapRun: [100, 1],
  UpdateStateMachine: [100, 1],
  UpdateStateMachineAlias: [200, 1],
};

/** The same operation behind a token bucket per account and region. Throws ThrottlingException. */
export function throttled(clock: Clock, operation: Operation, [size, refill]: Quota): Operation {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    ...operation,
    handle(input: OperationInput, context) {
      const now = clock.now();
      const key = `${context.accountId} ${context.region}`;
      const bucket = buckets.get(key) ?? { tokens: size, at: now };
      const tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1000) * refill);
      if (tokens < 1) throw new AwsError('ThrottlingException', 'Rate exceeded');
      buckets.set(key, { tokens: tokens - 1, at: now });
      return operation.handle(input, context);
    },
  };
}
