import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { derivedEventId, type Publisher } from '../../events/publisher.ts';
import { tenantEventRejected } from '../../events/tenant-event-rejected.ts';
import type { IncomingEvent, RejectionReason } from './check-event.ts';

export interface RejectionDependencies {
  publisher: Publisher;
  queues: Pick<SQSClient, 'send'>;
  /** The dead-letter queue that keeps rejected events. */
  queueUrl: string;
}

/**
 * Keeps the original in the dead-letter queue, then answers with `TenantEventRejected`. In this order: an event that was
 * answered is kept for sure; one that was kept twice after a crash is recognised by its EventBridge id.
 */
export async function rejectEvent(
  { publisher, queues, queueUrl }: RejectionDependencies,
  event: IncomingEvent,
  reasons: RejectionReason[],
): Promise<void> {
  const first = reasons[0];
  await queues.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: JSON.stringify(event),
      MessageAttributes: {
        ERROR_CODE: { DataType: 'String', StringValue: first?.code ?? 'invalid' },
        ERROR_MESSAGE: {
          DataType: 'String',
          StringValue: `${first?.field ?? ''} ${first?.message ?? ''}`.trim().slice(0, 1_000),
        },
      },
    }),
  );
  const { id, tenantId } = readable(event.detail);
  const publication = {
    type: tenantEventRejected,
    data: {
      rejected: {
        detailType: event['detail-type'],
        source: event.source,
        eventBridgeId: event.id,
        ...(id && { id }),
        ...(tenantId && { tenantId }),
      },
      reasons,
    },
    metadata: { id: derivedEventId(event.id, tenantEventRejected.name) },
  };
  await publisher.publish(publication);
}

/** What of a bad event can still be named, cut short: it is somebody else's input. */
function readable(detail: unknown): { id?: string; tenantId?: string } {
  const { metadata, data } = asObject(detail);
  const id = asObject(metadata)['id'];
  const tenantId = asObject(data)['tenantId'];
  return {
    ...(typeof id === 'string' && { id: id.slice(0, 256) }),
    ...(typeof tenantId === 'string' && { tenantId: tenantId.slice(0, 256) }),
  };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
