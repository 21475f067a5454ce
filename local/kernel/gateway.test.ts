import { request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { s3Service } from '../s3/service.ts';
import { sqsService } from '../sqs/service.ts';
import { realClock } from './clocks.ts';
import { administrator, createCloud, type RunningCloud } from './cloud.ts';
import { type Gateway, startGateway } from './gateway.ts';
import type { Identity } from './service.ts';
import { openStore } from './sqlite-store.ts';

const OPERATOR = administrator('111111111111');
const running: { cloud: RunningCloud; gateway: Gateway }[] = [];

afterEach(async () => {
  for (const { cloud, gateway } of running.splice(0)) {
    await gateway.close();
    await cloud.stop();
  }
});

async function serve() {
  const identity = { authorize: () => undefined, authenticate: () => OPERATOR } as unknown as Identity;
  const cloud = createCloud({ clock: realClock(), store: openStore(':memory:'), identity: () => identity });
  cloud.register(s3Service(cloud));
  cloud.register(sqsService(cloud));
  const gateway = await startGateway(cloud, 0);
  running.push({ cloud, gateway });
  return (service: string, options: Partial<Call> = {}) => send(gateway.port, service, options);
}

interface Call {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
}

interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

function send(port: number, service: string, { method = 'POST', path = '/', headers, body = '' }: Partial<Call>) {
  const authorization = `AWS4-HMAC-SHA256 Credential=111111111111/20261122/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  return new Promise<Answer>((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, method, path, headers: { authorization, ...headers } },
      (answer) => {
        let text = '';
        answer.on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

const sqs = (operation: string) => ({
  'x-amz-target': `AmazonSQS.${operation}`,
  'content-type': 'application/x-amz-json-1.0',
});

it('refuses what a web page of another origin or a rebound name sends, before anything happens', async () => {
  const call = await serve();
  const create = (headers: Record<string, string>) =>
    call('sqs', { headers: { ...sqs('CreateQueue'), ...headers }, body: '{"QueueName":"q"}' });
  for (const hostile of [
    { origin: 'https://evil.example' },
    { host: 'evil.example:4566' },
    { 'sec-fetch-site': 'cross-site' },
  ] as Record<string, string>[])
    expect((await create(hostile)).status).toBe(403);
  expect((await call('', { path: '/_local/faults', headers: { origin: 'https://evil.example' } })).status).toBe(403);
  expect((await call('sqs', { headers: sqs('ListQueues') })).body).not.toContain('/q');
  expect((await create({ origin: 'http://localhost:3000' })).status).toBe(200);
});

it('names errors of SQS as the query protocol did, in a header', async () => {
  const call = await serve();
  const answer = await call('sqs', { headers: sqs('GetQueueUrl'), body: '{"QueueName":"none"}' });
  expect(JSON.parse(answer.body).__type).toBe('QueueDoesNotExist');
  expect(answer.headers['x-amzn-query-error']).toBe('AWS.SimpleQueueService.NonExistentQueue;Sender');
  const same = await call('sqs', { headers: sqs('SendMessage'), body: '{"MessageBody":"x"}' });
  expect(same.headers['x-amzn-query-error']).toBe('MissingParameter;Sender');
});

it('answers in the protocol of the client when it does not run the service', async () => {
  const call = await serve();
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const ec2 = await call('ec2', { headers: form, body: 'Action=DescribeVpcs' });
  expect(ec2.status).toBe(501);
  expect(ec2.body).toMatch(/^<Response><Errors><Error><Code>UnknownOperationException</);
  expect((await call('sns', { headers: form, body: 'Action=ListTopics' })).body).toMatch(/^<ErrorResponse><Error>/);
  expect(JSON.parse((await call('kms')).body).__type).toBe('UnknownOperationException');
});

it('refuses paths that are not percent-encoded text as the mistake of the client', async () => {
  const call = await serve();
  const answer = await call('s3', { method: 'GET', path: '/bucket/%ff' });
  expect(answer.status).toBe(400);
  expect(answer.body).toContain('<Code>InvalidURI</Code>');
});

it('carries the metadata and the length of objects in headers', async () => {
  const call = await serve();
  await call('s3', { method: 'PUT', path: '/one-bucket' });
  const headers = { 'x-amz-meta-owner': 'shop', 'content-type': 'text/plain' };
  await call('s3', { method: 'PUT', path: '/one-bucket/a', headers, body: 'hello' });
  const head = await call('s3', { method: 'HEAD', path: '/one-bucket/a' });
  expect(head.headers).toMatchObject({ 'x-amz-meta-owner': 'shop', 'content-length': '5' });
  const got = await call('s3', { method: 'GET', path: '/one-bucket/a' });
  expect(got).toMatchObject({ body: 'hello', headers: { 'x-amz-meta-owner': 'shop' } });
});

it('does not take a subresource of S3 that it does not have for the object or the bucket', async () => {
  const call = await serve();
  await call('s3', { method: 'PUT', path: '/one-bucket' });
  await call('s3', { method: 'PUT', path: '/one-bucket/a', body: 'hello' });
  for (const path of ['/one-bucket/a?attributes', '/one-bucket/a?tagging', '/one-bucket?acl'])
    expect((await call('s3', { method: 'GET', path })).body).toContain('<Code>UnknownOperationException</Code>');
  expect((await call('s3', { method: 'PUT', path: '/one-bucket/a?tagging', body: '<Tagging/>' })).status).toBe(404);
  expect((await call('s3', { method: 'GET', path: '/one-bucket/a' })).body).toBe('hello');
});
