import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lambdaService } from '../lambda/service.ts';
import { ACCOUNT, refusal, type TestCloud, testCloud } from '../lambda/test-cloud.ts';
import { writeZip } from '../lambda/zip.ts';
import { logsService } from './service.ts';

let test: TestCloud;
beforeEach(async () => {
  test = await testCloud([logsService, (cloud) => lambdaService(cloud, { prewarm: false })]);
});
afterEach(() => test.cloud.stop());

const call = <Output = Record<string, unknown>>(operation: string, input: object) =>
  test.call<Output>('logs', operation, input);
const STREAM = { logGroupName: '/app', logStreamName: 'one' };
const now = () => Math.floor(test.cloud.clock.now());
async function stream(): Promise<void> {
  await call('CreateLogGroup', { logGroupName: '/app' });
  await call('CreateLogStream', STREAM);
}
const put = (...logEvents: [number, string][]) =>
  call<{ rejectedLogEventsInfo?: object }>('PutLogEvents', {
    ...STREAM,
    logEvents: logEvents.map(([timestamp, message]) => ({ timestamp, message })),
  });
const messages = ({ events }: { events: { message: string }[] }) => events.map(({ message }) => message);

describe('events', () => {
  it('are read in order, in pages, from either end', async () => {
    await stream();
    await put(...Array.from({ length: 5 }, (_, index): [number, string] => [now() + index, `line ${index}`]));
    type Page = { events: { message: string }[]; nextForwardToken: string; nextBackwardToken: string };
    const first = await call<Page>('GetLogEvents', { ...STREAM, startFromHead: true, limit: 2 });
    expect(messages(first)).toEqual(['line 0', 'line 1']);
    const second = await call<Page>('GetLogEvents', { ...STREAM, nextToken: first.nextForwardToken, limit: 9 });
    expect(messages(second)).toEqual(['line 2', 'line 3', 'line 4']);
    const end = await call<Page>('GetLogEvents', { ...STREAM, nextToken: second.nextForwardToken });
    expect(end).toMatchObject({ events: [], nextForwardToken: second.nextForwardToken });
    expect(messages(await call<Page>('GetLogEvents', { ...STREAM, limit: 1 }))).toEqual(['line 4']);
  });

  it('are found by terms over all streams', async () => {
    await stream();
    await put([now(), 'ERROR tenant acme'], [now(), 'INFO tenant acme'], [now(), 'ERROR tenant "zeta" failed']);
    const found = async (filterPattern: string) =>
      messages(await call('FilterLogEvents', { logGroupName: '/app', filterPattern }));
    expect(await found('ERROR -zeta')).toEqual(['ERROR tenant acme']);
    expect(await found('"tenant acme"')).toHaveLength(2);
    expect(await found('?failed ?INFO')).toHaveLength(2);
    const page = await call<{ events: { message: string }[]; nextToken: string }>('FilterLogEvents', {
      logGroupName: '/app',
      limit: 2,
    });
    const rest = await call<{ events: { message: string }[] }>('FilterLogEvents', {
      logGroupName: '/app',
      nextToken: page.nextToken,
    });
    expect([...messages(page), ...messages(rest)]).toHaveLength(3);
    expect((await refusal(found('{ $.a = 1 }'))).code).toBe('InvalidParameterException');
  });

  it('are refused out of order, and left out when too old or too new', async () => {
    await stream();
    expect((await refusal(put([now(), 'b'], [now() - 1000, 'a']))).message).toContain('chronological order');
    expect((await refusal(put([now() - 90_000_000, 'a'], [now(), 'b']))).message).toContain('24 hours');
    expect(await put([now(), 'fine'], [now() + 3 * 3_600_000, 'ahead'])).toEqual({
      rejectedLogEventsInfo: { tooNewLogEventStartIndex: 1 },
    });
    expect(await put([now() - 20 * 86_400_000, 'old'])).toEqual({
      rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 },
    });
    expect(messages(await call('GetLogEvents', STREAM))).toEqual(['fine']);
  });

  it('vanish after the retention of their group', async () => {
    await stream();
    await call('PutRetentionPolicy', { logGroupName: '/app', retentionInDays: 3 });
    await put([now(), 'short']);
    await test.cloud.clock.sleep(4 * 86_400_000);
    expect(messages(await call('GetLogEvents', STREAM))).toEqual([]);
    expect((await refusal(call('PutRetentionPolicy', { logGroupName: '/app', retentionInDays: 2 }))).code).toBe(
      'InvalidParameterException',
    );
  });
});

describe('groups', () => {
  it('exist once, are described with their ARN and take their events with them', async () => {
    await stream();
    expect((await refusal(call('CreateLogGroup', { logGroupName: '/app' }))).code).toBe(
      'ResourceAlreadyExistsException',
    );
    const { logGroups } = await call<{ logGroups: object[] }>('DescribeLogGroups', { logGroupNamePrefix: '/a' });
    expect(logGroups).toMatchObject([
      { logGroupName: '/app', arn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/app:*` },
    ]);
    await put([now(), 'a']);
    await call('DeleteLogGroup', { logGroupName: '/app' });
    expect((await refusal(put([now(), 'a']))).message).toBe('The specified log group does not exist.');
    await stream();
    expect(messages(await call('GetLogEvents', STREAM))).toEqual([]);
  });

  it('are checked with the ARN of the stream and the resource policies of the account', async () => {
    await stream();
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: 'logs:PutLogEvents',
      Resource: '*',
    };
    await call('PutResourcePolicy', {
      policyName: 'delivery',
      policyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    });
    test.checked.length = 0;
    await put([now(), 'a']);
    expect(test.checked).toEqual([
      {
        action: 'logs:PutLogEvents',
        resource: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/app:log-stream:one`,
        resourceAccountId: ACCOUNT,
        resourcePolicy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
      },
    ]);
  });
});

describe('the log of a function', () => {
  const run = async (name: string) => {
    await test.call('lambda', 'CreateFunction', {
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: `arn:aws:iam::${ACCOUNT}:role/worker`,
      Code: { ZipFile: writeZip({ 'index.mjs': 'export const handler = async () => console.log("said")' }) },
    });
    await test.cloud.clock.sleep(500);
    await test.call('lambda', 'Invoke', { FunctionName: name });
    await test.cloud.services.get('lambda')?.stop?.();
  };

  it('arrives in its group', async () => {
    await run('talks');
    const lines = messages(await call('FilterLogEvents', { logGroupName: '/aws/lambda/talks' }));
    expect(lines.map((line) => line.split(/\s/)[0])).toEqual(['START', expect.any(String), 'END', 'REPORT']);
    expect(lines[1]).toContain('INFO\tsaid');
  });

  it('is lost without an error when the role may not write it', async () => {
    test.denied.add('logs:CreateLogGroup').add('logs:CreateLogStream').add('logs:PutLogEvents');
    await run('mute');
    expect(test.events.at(-1)).toMatchObject({ type: 'lambda.invoked', detail: { functionName: 'mute' } });
    expect((await refusal(call('FilterLogEvents', { logGroupName: '/aws/lambda/mute' }))).code).toBe(
      'ResourceNotFoundException',
    );
  });
});
