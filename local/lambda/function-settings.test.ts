import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqsService } from '../sqs/service.ts';
import { lambdaService } from './service.ts';
import { ACCOUNT, refusal, type TestCloud, testCloud, until } from './test-cloud.ts';
import { writeZip } from './zip.ts';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const ARN = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:step`;
const CODE = writeZip({ 'index.mjs': 'export const handler = async () => process.env.AWS_LAMBDA_FUNCTION_VERSION' });
const INPUT = {
  FunctionName: 'step',
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Role: ROLE,
  Code: { ZipFile: CODE },
};
let test: TestCloud;
beforeEach(async () => {
  test = await testCloud([sqsService, (cloud) => lambdaService(cloud)]);
});
afterEach(() => test.cloud.stop());

const call = <Output = Record<string, unknown>>(operation: string, input: object = {}) =>
  test.call<Output>('lambda', operation, { FunctionName: 'step', ...input });
const active = () => test.cloud.clock.sleep(500);
const invoke = async (FunctionName: string) => {
  const { Payload, ExecutedVersion } = await call<{ Payload: Uint8Array; ExecutedVersion: string }>('Invoke', {
    FunctionName,
  });
  return [JSON.parse(Buffer.from(Payload).toString()), ExecutedVersion];
};

describe('settings', () => {
  beforeEach(async () => {
    await call('CreateFunction', INPUT);
    await active();
  });

  it('pass the resource policy to the IAM check of Invoke', async () => {
    const permission = {
      StatementId: 'rule',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: 'arn:aws:events:us-east-1:111111111111:rule/r',
    };
    await call('AddPermission', permission);
    expect((await refusal(call('AddPermission', permission))).code).toBe('ResourceConflictException');
    test.checked.length = 0;
    await invoke('step');
    const { Statement } = JSON.parse(test.checked[0]?.resourcePolicy ?? '{}');
    expect(Statement).toEqual([
      {
        Sid: 'rule',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
        Resource: ARN,
        Condition: { ArnLike: { 'AWS:SourceArn': permission.SourceArn } },
      },
    ]);
    await call('RemovePermission', { StatementId: 'rule' });
    expect((await refusal(call('GetPolicy'))).code).toBe('ResourceNotFoundException');
  });

  it('name no security groups without subnets', async () => {
    const alone = { VpcConfig: { SubnetIds: [], SecurityGroupIds: ['sg-0123456789abcdef0'] } };
    const answer = await refusal(call('UpdateFunctionConfiguration', alone));
    expect([answer.code, answer.message]).toEqual([
      'InvalidParameterValueException',
      'SubnetIds and SecurityIds must coexist or be both empty list.',
    ]);
  });

  it('keep 100 concurrent executions unreserved', async () => {
    expect((await refusal(call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 901 }))).message).toContain(
      '[100]',
    );
    await call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 900 });
    expect(await call('GetAccountSettings')).toMatchObject({
      AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 100 },
    });
    await call('PutFunctionConcurrency', { ReservedConcurrentExecutions: 0 });
    expect((await refusal(invoke('step'))).code).toBe('TooManyRequestsException');
  });

  it('send a failed event to the destination and to the dead-letter queue', async () => {
    for (const QueueName of ['failed', 'dead']) await test.call('sqs', 'CreateQueue', { QueueName });
    await call('UpdateFunctionConfiguration', {
      DeadLetterConfig: { TargetArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:dead` },
    });
    await active();
    await call('UpdateFunctionCode', {
      ZipFile: writeZip({ 'index.mjs': 'export const handler = async () => { throw new RangeError("full") }' }),
    });
    await active();
    await call('PutFunctionEventInvokeConfig', {
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: `arn:aws:sqs:us-east-1:${ACCOUNT}:failed` } },
    });
    await call('Invoke', { InvocationType: 'Event', Payload: '{"tenant":"acme"}' });
    await until(() => test.events.filter(({ type }) => type === 'lambda.invoked').length === 2);
    const [failed, dead] = await Promise.all(['failed', 'dead'].map(receive));
    expect(JSON.parse(failed?.Body ?? '')).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2, functionArn: `${ARN}:$LATEST` },
      requestPayload: { tenant: 'acme' },
      responseContext: { functionError: 'Unhandled' },
      responsePayload: { errorType: 'RangeError' },
    });
    expect(dead).toMatchObject({
      Body: '{"tenant":"acme"}',
      MessageAttributes: { ErrorMessage: { StringValue: 'full' } },
    });
  });
});

interface Received {
  Body: string;
  MessageAttributes?: Record<string, { StringValue: string }>;
}

async function receive(name: string): Promise<Received | undefined> {
  const QueueUrl = `${test.cloud.endpoint}/${ACCOUNT}/${name}`;
  const input = { QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ['All'] };
  return (await test.call<{ Messages?: Received[] }>('sqs', 'ReceiveMessage', input)).Messages?.[0];
}
