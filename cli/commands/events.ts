import { randomBytes } from 'node:crypto';
import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Installation } from '../installation.ts';

/**
 * `tenantry events`: prints what travels on the bus from now on, until interrupted or `count` events were seen. It
 * works through a rule and a queue of its own, which it removes at its end.
 */
export async function events(installation: Installation, options: { count?: number; json: boolean }): Promise<void> {
  const tail = await openTail(installation);
  let stop = false;
  process.once('SIGINT', () => {
    stop = true;
  });
  try {
    for (let seen = 0; !stop && seen < (options.count ?? Number.POSITIVE_INFINITY); ) {
      for (const event of await receive(installation, tail.queueUrl)) {
        console.log(options.json ? JSON.stringify(event) : describe(event));
        seen++;
      }
    }
  } finally {
    await closeTail(installation, tail);
  }
}

interface Tail {
  name: string;
  queueUrl: string;
}

interface BusEvent {
  time: string;
  source: string;
  'detail-type': string;
  detail: { metadata?: { id?: string }; data?: { tenantId?: string; rejected?: { tenantId?: string } } };
}

async function openTail(installation: Installation): Promise<Tail> {
  const name = `${installation.busName}-tail-${randomBytes(4).toString('hex')}`;
  const queueArn = `arn:aws:sqs:${installation.settings.region}:${installation.accountId}:${name}`;
  const ruleArn = `arn:aws:events:${installation.settings.region}:${installation.accountId}:rule/${installation.busName}/${name}`;
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      },
    ],
  };
  const { QueueUrl: queueUrl = '' } = await installation.queues.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: { Policy: JSON.stringify(policy), MessageRetentionPeriod: '3600' },
    }),
  );
  await installation.events.send(
    new PutRuleCommand({
      Name: name,
      EventBusName: installation.busName,
      EventPattern: JSON.stringify({ account: [installation.accountId] }),
    }),
  );
  await installation.events.send(
    new PutTargetsCommand({ Rule: name, EventBusName: installation.busName, Targets: [{ Id: 'tail', Arn: queueArn }] }),
  );
  return { name, queueUrl };
}

async function closeTail(installation: Installation, { name, queueUrl }: Tail): Promise<void> {
  await installation.events.send(
    new RemoveTargetsCommand({ Rule: name, EventBusName: installation.busName, Ids: ['tail'] }),
  );
  await installation.events.send(new DeleteRuleCommand({ Name: name, EventBusName: installation.busName }));
  await installation.queues.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
}

async function receive(installation: Installation, queueUrl: string): Promise<BusEvent[]> {
  const { Messages = [] } = await installation.queues.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 }),
  );
  if (Messages.length === 0) return [];
  await installation.queues.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queueUrl,
      Entries: Messages.map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle })),
    }),
  );
  return Messages.map((message) => JSON.parse(message.Body ?? '{}') as BusEvent);
}

function describe(event: BusEvent): string {
  const { metadata, data } = event.detail;
  const tenant = data?.tenantId ?? data?.rejected?.tenantId ?? '-';
  return `${event.time}  ${event['detail-type'].padEnd(24)} ${tenant.padEnd(20)} from ${event.source}  ${metadata?.id ?? ''}`;
}
