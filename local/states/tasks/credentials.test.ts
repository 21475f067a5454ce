import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalCloud, startLocalCloud } from '../../local-cloud.ts';

const ACCOUNT = '111111111111';
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

let local: LocalCloud;
let iam: IAMClient;
let states: SFNClient;
let queues: SQSClient;
let queueUrl: string;

beforeAll(async () => {
  local = await startLocalCloud({ port: 0, clock: 'jump', services: ['iam', 'sts', 'sqs', 'states'] });
  const options = {
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'x' },
  };
  iam = new IAMClient(options);
  states = new SFNClient(options);
  queues = new SQSClient(options);
  const { QueueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: 'inbox' }));
  queueUrl = QueueUrl;
  await makeRole('machine', { Service: 'states.amazonaws.com' });
  await allow('machine', 'sts:AssumeRole', role('sender-*'));
  await pass();
});
afterAll(() => local.stop());

/** Policies and roles take some seconds to count. */
const pass = () => local.cloud.clock.sleep(30_000);
const document = (statement: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
const makeRole = (name: string, Principal: object) =>
  iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: document({ Principal, Action: 'sts:AssumeRole' }),
    }),
  );
const allow = (name: string, Action: string, Resource: string) =>
  iam.send(
    new PutRolePolicyCommand({ RoleName: name, PolicyName: 'rights', PolicyDocument: document({ Action, Resource }) }),
  );

/** Runs a machine whose one task sends a message as `sender`. */
async function send(sender: string, message: string): Promise<DescribeExecutionCommandOutput> {
  const definition = {
    StartAt: 'Send',
    States: {
      Send: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage',
        Credentials: { RoleArn: role(sender) },
        Parameters: { QueueUrl: queueUrl, MessageBody: message },
        End: true,
      },
    },
  };
  const { stateMachineArn } = await states.send(
    new CreateStateMachineCommand({
      name: `send-as-${sender}`,
      roleArn: role('machine'),
      definition: JSON.stringify(definition),
    }),
  );
  const { executionArn } = await states.send(new StartExecutionCommand({ stateMachineArn }));
  for (;;) {
    const execution = await states.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING') return execution;
  }
}

it('a task with Credentials acts as that role, whose rights count and not the machine’s', async () => {
  await makeRole('sender-trusting', { AWS: role('machine') });
  await allow('sender-trusting', 'sqs:SendMessage', `arn:aws:sqs:us-east-1:${ACCOUNT}:inbox`);
  await pass();
  expect(await send('sender-trusting', 'hello')).toMatchObject({ status: 'SUCCEEDED' });
  const { Messages } = await queues.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
  expect(Messages?.map(({ Body }) => Body)).toEqual(['hello']);
});

it('a role without the right to do it fails the task, and the cause names the role and the action', async () => {
  await makeRole('sender-powerless', { AWS: role('machine') });
  await pass();
  const { status, cause } = await send('sender-powerless', 'no');
  expect(status).toBe('FAILED');
  expect(cause).toContain('assumed-role/sender-powerless');
  expect(cause).toContain('sqs:SendMessage');
});

it('a role that does not trust the machine’s role cannot be taken', async () => {
  await makeRole('sender-distrusting', { Service: 'lambda.amazonaws.com' });
  await allow('sender-distrusting', 'sqs:SendMessage', '*');
  await pass();
  const { status, cause } = await send('sender-distrusting', 'no');
  expect(status).toBe('FAILED');
  expect(cause).toMatch(/sts:AssumeRole|assume/i);
});
