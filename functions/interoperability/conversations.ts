import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { derivedEventId } from '../../events/publisher.ts';
import type { SbtAnswerName, SbtOperation } from '../../tenancy/interoperability/sbt-events.ts';
import { conditionally, type Table } from '../runtime/table.ts';
import { putOnce, read } from './sbt-tenants.ts';

/** What was asked for and answered about a tenant of SBT: one for its onboarding, one for its offboarding. */
export interface Conversation {
  /** Id of the event that was last sent to Tenantry for it, which is the operation's id. */
  requested?: string;
  /** The operation, when it has come to nothing: what is asked for now is a new one. */
  ended?: string;
  /** Tenantry's event that was last answered with, and when it happened. */
  answerId?: string;
  answeredAt?: string;
  answeredWith?: SbtAnswerName;
  /** Whether that answer is out. */
  answered?: boolean;
}

const key = (sbtTenantId: string, operation: SbtOperation) => ({ pk: `SBT#${sbtTenantId}`, sk: operation });

export async function getConversation(
  table: Table,
  sbtTenantId: string,
  operation: SbtOperation,
): Promise<Conversation> {
  return ((await read(table, key(sbtTenantId, operation))) ?? {}) as Conversation;
}

/**
 * Id of the event for what SBT asks for: the same for the same event of SBT however late it comes again, the same for
 * another one as long as the operation runs or has been done, a new one when the operation came to nothing. `undefined` for
 * an event that belongs to an operation before the current one.
 */
export async function operationFor(
  table: Table,
  asked: { sbtTenantId: string; operation: SbtOperation; eventBridgeId: string },
): Promise<string | undefined> {
  const { sbtTenantId, operation, eventBridgeId } = asked;
  const { requested, ended = '' } = await getConversation(table, sbtTenantId, operation);
  const runs = requested !== undefined && requested !== ended;
  const proposed = {
    operationId: runs ? requested : derivedEventId('sbt', sbtTenantId, operation, ended),
    previous: ended,
  };
  const requestKey = { pk: `SBT#${sbtTenantId}`, sk: `REQUEST#${eventBridgeId}` };
  const first = await putOnce(table, { ...requestKey, ...proposed });
  const meant = first ? proposed : ((await read(table, requestKey)) as typeof proposed | undefined);
  if (!meant) throw new Error(`The request ${eventBridgeId} of SBT tenant ${sbtTenantId} vanished while it was read.`);
  const taken = await update(table, key(sbtTenantId, operation), {
    UpdateExpression: 'SET requested = :operation',
    ConditionExpression: 'attribute_not_exists(requested) OR requested IN (:operation, :previous)',
    ExpressionAttributeValues: { ':operation': meant.operationId, ':previous': meant.previous },
  });
  return taken ? meant.operationId : undefined;
}

/** An answer to be given. */
export interface Answering {
  sbtTenantId: string;
  operation: SbtOperation;
  /** The operation that it answers; `undefined` when it matters whoever asked. */
  operationId: string | undefined;
  /** Tenantry's event that it is made of, and when that happened. */
  eventId: string;
  occurredAt: string;
  name: SbtAnswerName;
  /** What becomes of the operation: it is done, or the next request begins a new one, or a redrive may go on with it. */
  outcome: 'done' | 'ended' | 'open';
  /** Not after this answer: what was done is not undone by it. */
  unless?: SbtAnswerName;
}

/**
 * Notes that the answer is about to be given. False when it must not be: it is out already, a later one is, or it answers
 * what is no longer asked. True again until {@link answerGiven}, so that a crash in between loses no answer.
 */
export async function beginAnswer(table: Table, answering: Answering): Promise<boolean> {
  const { sbtTenantId, operation, operationId, eventId, occurredAt, name, outcome, unless } = answering;
  const ends = outcome === 'ended' && operationId !== undefined;
  return update(table, key(sbtTenantId, operation), {
    UpdateExpression: [
      'SET answerId = :id, answeredAt = :at, answeredWith = :name, answered = :no',
      ends ? ', ended = :operation' : '',
      outcome === 'done' ? ' REMOVE ended' : '',
    ].join(''),
    ConditionExpression: [
      '(attribute_not_exists(answerId) OR (answerId = :id AND answered = :no) OR (answerId <> :id AND answeredAt <= :at))',
      ...(operationId === undefined ? [] : ['requested = :operation']),
      ...(unless === undefined ? [] : ['(attribute_not_exists(answeredWith) OR answeredWith <> :unless)']),
    ].join(' AND '),
    ExpressionAttributeValues: {
      ':id': eventId,
      ':at': new Date(occurredAt).toISOString(),
      ':name': name,
      ':no': false,
      ...(operationId !== undefined && { ':operation': operationId }),
      ...(unless !== undefined && { ':unless': unless }),
    },
  });
}

/** Notes that the answer is out. */
export async function answerGiven(table: Table, { sbtTenantId, operation, eventId }: Answering): Promise<void> {
  await update(table, key(sbtTenantId, operation), {
    UpdateExpression: 'SET answered = :yes',
    ConditionExpression: 'answerId = :id',
    ExpressionAttributeValues: { ':yes': true, ':id': eventId },
  });
}

/** False when the condition is not met. */
function update(
  table: Table,
  Key: { pk: string; sk: string },
  change: {
    UpdateExpression: string;
    ConditionExpression: string;
    ExpressionAttributeValues: Record<string, unknown>;
  },
): Promise<boolean> {
  return conditionally(table, new UpdateCommand({ TableName: table.name, Key, ...change }));
}
