import { createHash } from 'node:crypto';
import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { AcceptedEnvelope, IncomingEvent } from './check-event.ts';

/**
 * Starts the workflow of an accepted event. The execution's name is derived from the tenant and the event's own id, so
 * the same event starts it once, however often and however simultaneously it comes: Step Functions answers the same
 * name and input with the running execution, and refuses the name for 90 days after its end.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export async function startOperation(
  client: Pick<SFNClient, 'send'>,
  stateMachineArn: string,
  event: IncomingEvent,
  envelope: AcceptedEnvelope,
): Promise<'started' | 'duplicate'> {
  const { metadata, data } = envelope;
  try {
    await client.send(
      new StartExecutionCommand({
        stateMachineArn,
        name: executionName(data.tenantId, metadata.id),
        // What the contract knows, checked; and the event as it came, for a rejection after it has waited for its turn.
        input: JSON.stringify({
          operationId: metadata.id,
          correlationId: metadata.correlationId ?? metadata.id,
          owner: event.source,
          ...data,
          event,
        }),
      }),
    );
    return 'started';
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionAlreadyExists') return 'duplicate';
    throw error;
  }
}

/** `acme-1f2e3d4c5b6a7988`: at most 80 characters, of which an operator recognises the tenant. */
export function executionName(tenantId: string, eventId: string): string {
  return `${tenantId}-${createHash('sha256').update(eventId).digest('hex').slice(0, 16)}`;
}
