import { randomUUID } from 'node:crypto';
import { parseArn } from '../events/arns.ts';
import { queueUrl, targetKind } from '../events/delivery/targets.ts';
import type { Cloud } from '../kernel/service.ts';
import type { InvocationRecord } from './records.ts';

/** One API call of the local cloud. */
export interface TargetRequest {
  readonly service: string;
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** Endpoint names of services whose SDK name differs. */
const SERVICE_OF_SDK: Readonly<Record<string, string>> = {
  sfn: 'states',
  eventbridge: 'events',
  cloudwatchlogs: 'logs',
};

/** How a target ARN is invoked: a templated target, or a universal one that names an API operation. */
export function invocationKind(arn: string): ReturnType<typeof targetKind> | 'universal' {
  return universal(arn) ? 'universal' : targetKind(arn);
}

/**
 * The call that invokes the target of a schedule.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
 */
export function targetRequest(cloud: Cloud, invocation: InvocationRecord): TargetRequest {
  const { target } = invocation;
  const operation = universal(target.Arn);
  const input = filledInput(invocation);
  if (operation) return { ...operation, input: JSON.parse(input) as Record<string, unknown> };
  switch (targetKind(target.Arn)) {
    case 'states':
      return {
        service: 'states',
        operation: 'StartExecution',
        input: { stateMachineArn: target.Arn, input, name: invocation.id },
      };
    case 'lambda':
      return {
        service: 'lambda',
        operation: 'Invoke',
        input: { FunctionName: target.Arn, InvocationType: 'Event', Payload: input },
      };
    case 'sqs':
      return { service: 'sqs', operation: 'SendMessage', input: message(cloud, invocation, input) };
    case 'events':
      return { service: 'events', operation: 'PutEvents', input: { Entries: [entry(invocation, input)] } };
    default:
      throw new TypeError(`${target.Arn} is no target of a schedule`);
  }
}

/** `arn:aws:scheduler:::aws-sdk:sqs:sendMessage` as service and operation. */
function universal(arn: string): { service: string; operation: string } | undefined {
  const match = /^arn:aws[\w-]*:scheduler:::aws-sdk:([a-z0-9-]+):([a-z]\w*)$/.exec(arn);
  const [, sdk = '', action = ''] = match ?? [];
  if (!match) return undefined;
  return { service: SERVICE_OF_SDK[sdk] ?? sdk, operation: `${action.charAt(0).toUpperCase()}${action.slice(1)}` };
}

/**
 * The input with its context attributes (`<aws.scheduler.scheduled-time>` and the like) filled in.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
function filledInput(invocation: InvocationRecord): string {
  const { Input } = invocation.target;
  if (Input === undefined) return scheduledEvent(invocation);
  const attributes: Readonly<Record<string, string>> = {
    'schedule-arn': invocation.scheduleArn,
    'scheduled-time': time(invocation),
    'execution-id': invocation.id,
    'attempt-number': String(invocation.failedAttempts + 1),
  };
  return Input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (written, name: string) => attributes[name] ?? written);
}

function scheduledEvent(invocation: InvocationRecord): string {
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: invocation.accountId,
    time: time(invocation),
    region: invocation.region,
    resources: [invocation.scheduleArn],
    detail: '{}',
  });
}

function time(invocation: InvocationRecord): string {
  return `${new Date(invocation.scheduledAt).toISOString().slice(0, 19)}Z`;
}

function message(cloud: Cloud, { target }: InvocationRecord, input: string): Record<string, unknown> {
  const group = target.SqsParameters?.MessageGroupId;
  return {
    QueueUrl: queueUrl(cloud, target.Arn),
    MessageBody: input,
    ...(group !== undefined && { MessageGroupId: group }),
  };
}

function entry({ target }: InvocationRecord, input: string): Record<string, unknown> {
  return {
    EventBusName: target.Arn,
    Source: target.EventBridgeParameters?.Source,
    DetailType: target.EventBridgeParameters?.DetailType,
    Detail: input,
  };
}

/** Region of the call: that of the target, or the schedule's. */
export function requestRegion(invocation: InvocationRecord): string {
  return parseArn(invocation.target.Arn)?.region || invocation.region;
}
