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
import { ACCOUNT, type Clients, REGION } from './clients.ts';

const BUS = 'tenantry';
const DEADLINE_MILLISECONDS = 90_000;

/** An event of the product, as EventBridge delivers it. */
export interface BusEvent {
  id: string;
  'detail-type': string;
  source: string;
  /** When it was put on the bus, on the simulated clock. */
  time: string;
  detail: {
    metadata: { id: string; version: number; correlationId?: string; causationId?: string };
    // biome-ignore lint/suspicious/noExplicitAny: every type of event has other data
    data: any;
  };
}

/** Hears what the product says on the bus, from its start on, as a product backend does: through a rule and a queue. */
export interface BusListener {
  /** The first event of the type that is about the tenant. Throws an Error naming what was heard when none comes. */
  heard(type: string, tenantId: string): Promise<BusEvent>;
  /** The first event for which the test holds. */
  find(what: string, test: (event: BusEvent) => boolean): Promise<BusEvent>;
  /** Everything heard until now about the tenant. */
  about(tenantId: string): BusEvent[];
  close(): Promise<void>;
}

/**
 * Starts to listen. `name` makes rule and queue durable and shared: a listener of the same name goes on where one stopped.
 * `patience`: real milliseconds after which nothing is waited for any more.
 */
export async function listen(
  clients: Clients,
  name = `listener-${randomBytes(4).toString('hex')}`,
  patience = DEADLINE_MILLISECONDS,
): Promise<BusListener> {
  const queueUrl = await connectQueue(clients, name);
  const events: BusEvent[] = [];
  const waiting = new Set<() => void>();
  let open = true;
  const loop = receiveWhile(
    clients,
    queueUrl,
    () => open,
    (heard) => {
      events.push(...heard);
      for (const look of [...waiting]) look();
    },
  );
  const find = (what: string, test: (event: BusEvent) => boolean) =>
    new Promise<BusEvent>((resolve, reject) => {
      const look = () => {
        const found = events.find(test);
        if (!found) return;
        waiting.delete(look);
        clearTimeout(late);
        resolve(found);
      };
      const late = setTimeout(() => {
        waiting.delete(look);
        reject(new Error(`no ${what} was heard, but: ${events.map(describe).join(', ') || 'nothing'}`));
      }, patience);
      waiting.add(look);
      look();
    });
  return {
    find,
    heard: (type, tenantId) =>
      find(`${type} of ${tenantId}`, (event) => event['detail-type'] === type && tenantOf(event) === tenantId),
    about: (tenantId) => events.filter((event) => tenantOf(event) === tenantId),
    async close() {
      open = false;
      await loop;
      await clients.events.send(new RemoveTargetsCommand({ Rule: name, EventBusName: BUS, Ids: ['queue'] }));
      await clients.events.send(new DeleteRuleCommand({ Name: name, EventBusName: BUS }));
      await clients.queues.send(new DeleteQueueCommand({ QueueUrl: queueUrl }));
    },
  };
}

/**
 * Rule and queue of that name: they exist afterwards, whether or not they did before. The queue's URL. Default: what
 * Tenantry itself says.
 */
export async function connectQueue(
  clients: Clients,
  name: string,
  pattern: object = { source: ['tenantry'] },
): Promise<string> {
  const queueArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
  const ruleArn = `arn:aws:events:${REGION}:${ACCOUNT}:rule/${BUS}/${name}`;
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queueArn,
    Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const { QueueUrl = '' } = await clients.queues.send(
    // As long as SQS keeps messages: days pass in a moment on the local cloud's clock.
    new CreateQueueCommand({ QueueName: name, Attributes: { Policy, MessageRetentionPeriod: '1209600' } }),
  );
  const EventPattern = JSON.stringify(pattern);
  await clients.events.send(new PutRuleCommand({ Name: name, EventBusName: BUS, EventPattern }));
  const Targets = [{ Id: 'queue', Arn: queueArn }];
  await clients.events.send(new PutTargetsCommand({ Rule: name, EventBusName: BUS, Targets }));
  return QueueUrl;
}

/** Takes everything out of the queue that is in it now. */
export async function drain<T>(clients: Clients, queueUrl: string): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const some = await receive<T>(clients, queueUrl, 0);
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** Takes up to ten messages out of the queue; waits for the first at most so long. */
export async function receive<T>(clients: Clients, QueueUrl: string, WaitTimeSeconds: number): Promise<T[]> {
  const { Messages = [] } = await clients.queues.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds }),
  );
  if (Messages.length === 0) return [];
  const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await clients.queues.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  return Messages.map((message) => JSON.parse(message.Body ?? '') as T);
}

async function receiveWhile(
  clients: Clients,
  queueUrl: string,
  open: () => boolean,
  heard: (events: BusEvent[]) => void,
): Promise<void> {
  while (open()) {
    const events = await receive<BusEvent>(clients, queueUrl, 1);
    if (events.length > 0) heard(events);
  }
}

/** A rejected event's tenant is the one it named. */
function tenantOf({ detail }: BusEvent): string | undefined {
  return detail.data.tenantId ?? detail.data.rejected?.tenantId;
}

function describe(event: BusEvent): string {
  return `${event['detail-type']} of ${tenantOf(event)}`;
}
