import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { allowAllIdentity } from '../../iam/identity.ts';
import { jumpingClock } from '../../kernel/clocks.ts';
import { createCloud, type RunningCloud } from '../../kernel/cloud.ts';
import { type Gateway, startGateway } from '../../kernel/gateway.ts';
import type { Operation } from '../../kernel/service.ts';
import { openStore } from '../../kernel/sqlite-store.ts';
import { statesService } from '../service.ts';

const ROLE = 'arn:aws:iam::111111111111:role/machine';
const open: { cloud: RunningCloud; gateway: Gateway }[] = [];

/** Stops every service that serves. */
export async function stopServing(): Promise<void> {
  for (const { cloud, gateway } of open.splice(0)) {
    await gateway.close();
    await cloud.stop();
  }
}

export interface Served {
  readonly cloud: RunningCloud;
  readonly client: SFNClient;
}

/** The whole service over HTTP, as an SDK sees it, on a jumping clock; functions echo unless said otherwise. */
export async function serve(options: { state?: string; invoke?: Operation['handle'] } = {}): Promise<Served> {
  const cloud = createCloud({
    clock: jumpingClock(),
    store: openStore(options.state ?? ':memory:'),
    identity: (running) => allowAllIdentity(running.accountId),
  });
  const echo: Operation['handle'] = (input) => ({
    StatusCode: 200,
    ExecutedVersion: '$LATEST',
    Payload: input.Payload,
  });
  cloud.register({
    name: 'lambda',
    protocol: { kind: 'rest-json' },
    operations: { Invoke: { handle: options.invoke ?? echo } },
  });
  cloud.register(statesService(cloud));
  const gateway = await startGateway(cloud, 0);
  await cloud.start();
  open.push({ cloud, gateway });
  const client = new SFNClient({
    endpoint: cloud.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    disableHostPrefix: true,
    maxAttempts: 1,
  });
  return { cloud, client };
}

/** Makes a state machine in JSONata that begins with the first of the states. */
export async function create(client: SFNClient, name: string, states: object, more: { type?: 'EXPRESS' } = {}) {
  const definition = JSON.stringify({ StartAt: Object.keys(states)[0], QueryLanguage: 'JSONata', States: states });
  const { stateMachineArn } = await client.send(
    new CreateStateMachineCommand({ name, definition, roleArn: ROLE, ...more }),
  );
  return stateMachineArn;
}

/** The execution once it has ended. Asking all the time would keep a jumping clock from leaping. */
export async function ended({ client, cloud }: Served, executionArn: string | undefined) {
  const over = new Promise<void>((resolve) => {
    cloud.on(({ type, detail }) => {
      const { executionArn: arn, status } = detail;
      if (type === 'states.execution' && arn === executionArn && status !== 'RUNNING') resolve();
    });
  });
  const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
  if (execution.status !== 'RUNNING') return execution;
  await over;
  return client.send(new DescribeExecutionCommand({ executionArn }));
}

export async function eventTypes(client: SFNClient, executionArn: string | undefined) {
  const { events = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  return events.map(({ type }) => type);
}

/** A task that calls a function with its input. */
export const invoke = (more: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
  ...more,
});

/** Asks until it is so. */
export async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}
