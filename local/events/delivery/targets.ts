import { createHash } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { Caller, Cloud } from '../../kernel/service.ts';
import { parseArn } from '../arns.ts';
import type { DeliveryRecord } from '../records.ts';
import { RoleNotAssumable } from './failures.ts';
import { targetInput } from './target-input.ts';

/** Puts an event on another bus, as this caller. */
export type ForwardToBus = (busArn: string, event: string, caller: Caller) => void;

const PRINCIPAL = 'events.amazonaws.com';

/** Services whose resources a rule can have as targets here. */
export type TargetKind = 'states' | 'lambda' | 'sqs' | 'events';

/** What kind of target an ARN is, if it is one that the local cloud delivers to. */
export function targetKind(arn: string): TargetKind | undefined {
  const parts = parseArn(arn);
  if (parts?.service === 'states' && parts.resource.startsWith('stateMachine:')) return 'states';
  if (parts?.service === 'lambda' && parts.resource.startsWith('function:')) return 'lambda';
  if (parts?.service === 'sqs') return 'sqs';
  return parts?.service === 'events' && parts.resource.startsWith('event-bus/') ? 'events' : undefined;
}

/** EventBridge itself on behalf of the delivery's rule: what resource policies see. */
export function eventBridge(delivery: Pick<DeliveryRecord, 'accountId' | 'ruleArn'>): Caller {
  const { accountId, ruleArn } = delivery;
  return {
    kind: 'service',
    accountId,
    arn: PRINCIPAL,
    userId: PRINCIPAL,
    sourceArn: ruleArn,
    sourceAccount: accountId,
  };
}

/** The URL of the queue with this ARN. */
export function queueUrl(cloud: Cloud, arn: string): string {
  const parts = parseArn(arn);
  return `${cloud.endpoint}/${parts?.accountId ?? ''}/${parts?.resource ?? ''}`;
}

/** One attempt to deliver; throws what the target or the role's trust policy answered. */
export async function invokeTarget(cloud: Cloud, delivery: DeliveryRecord, forward: ForwardToBus): Promise<void> {
  const input = targetInput(delivery);
  const caller = callerFor(cloud, delivery);
  const region = parseArn(delivery.target.Arn)?.region || delivery.region;
  const call = (service: string, operation: string, request: unknown) =>
    cloud.call(service, operation, request, caller, { region });
  switch (targetKind(delivery.target.Arn)) {
    case 'states':
      return startExecution(delivery, input, call);
    case 'lambda':
      await call('lambda', 'Invoke', { FunctionName: delivery.target.Arn, InvocationType: 'Event', Payload: input });
      return;
    case 'sqs':
      await call('sqs', 'SendMessage', queueMessage(cloud, delivery, input));
      return;
    case 'events':
      forward(delivery.target.Arn, delivery.event, caller);
      return;
    default:
      throw new AwsError('UnsupportedTarget', `The local cloud does not deliver events to ${delivery.target.Arn}.`);
  }
}

function callerFor(cloud: Cloud, delivery: DeliveryRecord): Caller {
  const { RoleArn } = delivery.target;
  if (RoleArn === undefined) return eventBridge(delivery);
  try {
    return cloud.identity.serviceRole(RoleArn, PRINCIPAL, 'AwsEventsInvokeTarget');
  } catch (error) {
    throw new RoleNotAssumable(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

type Call = (service: string, operation: string, request: unknown) => Promise<unknown>;

/** The name is made from the event and the target, so that a second delivery of the same event starts nothing. */
async function startExecution(delivery: DeliveryRecord, input: string, call: Call): Promise<void> {
  const name = `${delivery.eventId}_${stableId(`${delivery.ruleArn}\n${delivery.target.Id}\n${replayOf(delivery)}`)}`;
  try {
    await call('states', 'StartExecution', { stateMachineArn: delivery.target.Arn, input, name });
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ExecutionAlreadyExists') throw error;
  }
}

/** A replay is meant to start its executions again. */
function replayOf(delivery: DeliveryRecord): string {
  const event = JSON.parse(delivery.event) as { 'replay-name'?: string };
  return event['replay-name'] ?? '';
}

/** A UUID-shaped digest. */
function stableId(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(12, 16),
    digest.slice(16, 20),
    digest.slice(20, 32),
  ].join('-');
}

function queueMessage(cloud: Cloud, delivery: DeliveryRecord, input: string): Record<string, unknown> {
  const group = delivery.target.SqsParameters?.MessageGroupId;
  return {
    QueueUrl: queueUrl(cloud, delivery.target.Arn),
    MessageBody: input,
    ...(group !== undefined && { MessageGroupId: group }),
  };
}
