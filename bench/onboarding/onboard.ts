import { randomUUID } from 'node:crypto';
import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Installation } from '../../cli/installation.ts';
import { createPublisher, type Publisher } from '../../events/publisher.ts';
import { tenantCreated } from '../../events/tenant-created.ts';

/** Onboards tenants as a product backend does: events in through PutEvents, events out through a rule and a queue. */
export interface Onboarding {
  /** Puts `TenantCreated` for each id. */
  put(...tenantIds: string[]): Promise<void>;
  /** Resolves with the milliseconds (real time, `performance.now()`) at which each TenantReady was received. Throws when one failed. */
  received(tenantIds: readonly string[]): Promise<Map<string, number>>;
}

/** Listens from now on. */
export async function startOnboarding(installation: Installation): Promise<Onboarding> {
  const queueUrl = await outcomeQueue(installation);
  const publisher = createPublisher({
    client: installation.events,
    source: 'saas.bench',
    busName: installation.busName,
  });
  const ready = new Map<string, number>();
  return {
    put: (...tenantIds) => putAll(publisher, tenantIds),
    async received(tenantIds) {
      while (tenantIds.some((id) => !ready.has(id))) {
        for (const { tenantId, detailType, message } of await receive(installation, queueUrl)) {
          if (detailType !== 'TenantReady') throw new Error(`${tenantId}: ${detailType}: ${message}`);
          if (!ready.has(tenantId)) ready.set(tenantId, performance.now());
        }
      }
      return ready;
    },
  };
}

async function putAll(publisher: Publisher, tenantIds: readonly string[]): Promise<void> {
  await publisher.publish(
    ...tenantIds.map((tenantId) => ({
      type: tenantCreated,
      data: { tenantId, tier: 'basic' },
      metadata: { id: randomUUID() },
    })),
  );
}

async function outcomeQueue({ queues, events, busName, accountId, settings }: Installation): Promise<string> {
  const name = `bench-${randomUUID()}`;
  const queueArn = `arn:aws:sqs:${settings.region}:${accountId}:${name}`;
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
      },
    ],
  };
  const { QueueUrl = '' } = await queues.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { Policy: JSON.stringify(policy) } }),
  );
  await events.send(
    new PutRuleCommand({ Name: name, EventBusName: busName, EventPattern: JSON.stringify({ source: ['tenantry'] }) }),
  );
  await events.send(
    new PutTargetsCommand({ Rule: name, EventBusName: busName, Targets: [{ Id: 'queue', Arn: queueArn }] }),
  );
  return QueueUrl;
}

async function receive(
  { queues }: Installation,
  queueUrl: string,
): Promise<{ tenantId: string; detailType: string; message: string }[]> {
  const { Messages = [] } = await queues.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
  );
  if (Messages.length === 0) return [];
  await queues.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: Messages.map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle })),
    }),
  );
  return Messages.map(({ Body = '{}' }) => {
    const event = JSON.parse(Body) as {
      'detail-type': string;
      detail: { data: { tenantId: string; message?: string } };
    };
    return {
      tenantId: event.detail.data.tenantId,
      detailType: event['detail-type'],
      message: event.detail.data.message ?? '',
    };
  });
}
