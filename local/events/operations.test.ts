import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsError } from '../kernel/errors.ts';
import { eventsService } from './service.ts';
import { FUNCTION, type Harness, MACHINE, OPERATOR, QUEUE, ROLE, startHarness } from './testing/harness.ts';

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness((cloud) => eventsService(cloud));
});

afterEach(() => harness.cloud.stop());

const call = (operation: string, input: object) => harness.call(operation, input);

describe('event buses', () => {
  it('are created once, described, updated and listed after the default bus', async () => {
    const arn = 'arn:aws:events:us-east-1:111111111111:event-bus/tenantry';
    expect(await call('CreateEventBus', { Name: 'tenantry', Description: 'a' })).toMatchObject({ EventBusArn: arn });
    await expect(call('CreateEventBus', { Name: 'tenantry' })).rejects.toMatchObject({
      code: 'ResourceAlreadyExistsException',
      message: 'Event bus tenantry already exists.',
    });
    await call('UpdateEventBus', { Name: 'tenantry', Description: 'b' });
    expect(await call('DescribeEventBus', { Name: arn })).toMatchObject({
      Name: 'tenantry',
      Arn: arn,
      Description: 'b',
    });
    const { EventBuses } = await call('ListEventBuses', {});
    expect(EventBuses.map(({ Name }: { Name: string }) => Name)).toEqual(['default', 'tenantry']);
  });

  it('are not deleted while they have rules', async () => {
    await call('CreateEventBus', { Name: 'b' });
    await call('PutRule', { Name: 'r', EventBusName: 'b', EventPattern: '{"source":["x"]}' });
    await expect(call('DeleteEventBus', { Name: 'b' })).rejects.toThrow(
      "Event bus can't be deleted since it has rules.",
    );
    await call('DeleteRule', { Name: 'r', EventBusName: 'b' });
    await call('DeleteEventBus', { Name: 'b' });
    await expect(call('DescribeEventBus', { Name: 'b' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Event bus b does not exist.',
    });
  });

  it('carry a policy that other accounts are judged by', async () => {
    await call('PutPermission', { StatementId: 's', Action: 'events:PutEvents', Principal: '222222222222' });
    const { Policy } = await call('DescribeEventBus', {});
    expect(JSON.parse(Policy).Statement).toEqual([
      {
        Sid: 's',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::222222222222:root' },
        Action: 'events:PutEvents',
        Resource: 'arn:aws:events:us-east-1:111111111111:event-bus/default',
      },
    ]);
    await expect(call('RemovePermission', { StatementId: 'x' })).rejects.toThrow(
      'Statement with the provided id does not exist.',
    );
    await call('RemovePermission', { StatementId: 's' });
    expect((await call('DescribeEventBus', {})).Policy).toBeUndefined();
  });
});

describe('rules', () => {
  it('need a pattern or a schedule, and schedules the default bus', async () => {
    await call('CreateEventBus', { Name: 'b' });
    await expect(call('PutRule', { Name: 'r' })).rejects.toThrow(
      'Parameter(s) EventPattern or ScheduleExpression must be specified.',
    );
    await expect(call('PutRule', { Name: 'r', EventPattern: '{}' })).rejects.toMatchObject({
      code: 'InvalidEventPatternException',
    });
    await expect(call('PutRule', { Name: 'r', ScheduleExpression: 'rate(1 minutes)' })).rejects.toThrow(
      'Parameter ScheduleExpression is not valid.',
    );
    await expect(
      call('PutRule', { Name: 'r', EventBusName: 'b', ScheduleExpression: 'rate(1 minute)' }),
    ).rejects.toThrow('ScheduleExpression is supported only on the default event bus.');
    await expect(call('PutRule', { Name: 'r', EventBusName: 'c', EventPattern: '{"a":[1]}' })).rejects.toThrow(
      'Event bus c does not exist.',
    );
    await expect(call('PutRule', { Name: 'a b', EventPattern: '{"a":[1]}' })).rejects.toThrow(
      "1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [.\\-_A-Za-z0-9]+",
    );
  });

  it('keep their targets when put again, and are not deleted with them', async () => {
    await call('PutRule', { Name: 'r', EventPattern: '{"a":[1]}' });
    await call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', Arn: FUNCTION }] });
    await call('PutRule', { Name: 'r', EventPattern: '{"a":[2]}' });
    expect((await call('ListTargetsByRule', { Rule: 'r' })).Targets).toEqual([{ Id: 't', Arn: FUNCTION }]);
    expect((await call('ListRuleNamesByTarget', { TargetArn: FUNCTION })).RuleNames).toEqual(['r']);
    await expect(call('DeleteRule', { Name: 'r' })).rejects.toThrow("Rule can't be deleted since it has targets.");
    await call('RemoveTargets', { Rule: 'r', Ids: ['t'] });
    await call('DeleteRule', { Name: 'r' });
    await expect(call('DescribeRule', { Name: 'r' })).rejects.toThrow('Rule r does not exist on EventBus default.');
  });

  it('come in pages', async () => {
    for (const Name of ['a', 'b', 'c']) await call('PutRule', { Name, EventPattern: '{"a":[1]}' });
    const first = await call('ListRules', { Limit: 2 });
    const second = await call('ListRules', { Limit: 2, NextToken: first.NextToken });
    expect([...first.Rules, ...second.Rules].map(({ Name }) => Name)).toEqual(['a', 'b', 'c']);
    expect(second.NextToken).toBeUndefined();
  });

  it('fire on their schedule, for their own targets only', async () => {
    await call('PutRule', { Name: 'tick', ScheduleExpression: 'rate(5 minutes)' });
    await call('PutTargets', { Rule: 'tick', Targets: [{ Id: 't', Arn: FUNCTION }] });
    await harness.cloud.clock.sleep(16 * 60_000);
    expect(harness.calls).toHaveLength(3);
    expect(JSON.parse(harness.calls[0]?.input.Payload)).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      resources: ['arn:aws:events:us-east-1:111111111111:rule/tick'],
      detail: {},
    });
    await call('DisableRule', { Name: 'tick' });
    await harness.cloud.clock.sleep(16 * 60_000);
    expect(harness.calls).toHaveLength(3);
  });

  it('carry tags', async () => {
    const { RuleArn } = await call('PutRule', {
      Name: 'r',
      EventPattern: '{"a":[1]}',
      Tags: [{ Key: 'a', Value: '1' }],
    });
    await call('TagResource', { ResourceARN: RuleArn, Tags: [{ Key: 'b', Value: '2' }] });
    await call('UntagResource', { ResourceARN: RuleArn, TagKeys: ['a'] });
    expect((await call('ListTagsForResource', { ResourceARN: RuleArn })).Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });
});

describe('targets', () => {
  beforeEach(() => call('PutRule', { Name: 'r', EventPattern: '{"a":[1]}' }));
  const put = (...Targets: object[]) => call('PutTargets', { Rule: 'r', Targets });

  it.each([
    [{ Id: 't', Arn: MACHINE }, `RoleArn is required for target ${MACHINE}.`],
    [{ Id: 't', Arn: 'queue' }, 'Parameter queue is not valid. Reason: Provided Arn is not in correct format.'],
    [{ Id: 't', Arn: `${QUEUE}.fifo` }, 'Parameter(s) SqsParameters must be specified for target: t.'],
    [
      { Id: 't', Arn: QUEUE, Input: '{}', InputPath: '$.detail' },
      'Only one of Input, InputPath, or InputTransformer must be provided for target t.',
    ],
    [{ Id: 't', Arn: QUEUE, InputPath: 'detail' }, 'Invalid InputPath for target t.'],
    [{ Id: 't', Arn: QUEUE, InputTransformer: { InputTemplate: 'text' } }, 'Invalid InputTemplate for target t.'],
  ])('are refused: %j', async (target, message) => {
    await expect(put(target)).rejects.toMatchObject({ code: 'ValidationException', message });
  });

  it('fail one by one where the local cloud cannot deliver', async () => {
    const topic = { Id: 'topic', Arn: 'arn:aws:sns:us-east-1:111111111111:topic' };
    expect(await put(topic, { Id: 'queue', Arn: QUEUE })).toMatchObject({
      FailedEntryCount: 1,
      FailedEntries: [{ TargetId: 'topic', ErrorCode: 'UnsupportedTarget' }],
    });
    expect((await call('ListTargetsByRule', { Rule: 'r' })).Targets).toHaveLength(1);
  });

  it('are at most five', async () => {
    const targets = Array.from({ length: 6 }, (_, index) => ({ Id: `t${index}`, Arn: QUEUE }));
    await put(...targets.slice(0, 5));
    await put(...targets.slice(0, 5));
    await expect(put(...targets)).rejects.toMatchObject({ code: 'LimitExceededException' });
  });

  it('need the right to pass their role', async () => {
    const asked: string[] = [];
    const watched = await startHarness((cloud) => eventsService(cloud), {
      identity: {
        authorize: (_, requests) => asked.push(...requests.map(({ action, resource }) => `${action} ${resource}`)),
      },
    });
    await watched.call('PutRule', { Name: 'r', EventPattern: '{"a":[1]}' });
    await watched.call('PutTargets', { Rule: 'r', Targets: [{ Id: 't', Arn: MACHINE, RoleArn: ROLE }] });
    expect(asked).toContain(`iam:PassRole ${ROLE}`);
    expect(asked).toContain('events:PutTargets arn:aws:events:us-east-1:111111111111:rule/r');
    await watched.cloud.stop();
  });

  it('whose role cannot be assumed get nothing', async () => {
    const refused = await startHarness((cloud) => eventsService(cloud), {
      identity: {
        serviceRole() {
          throw new AwsError('AccessDenied', 'not trusted');
        },
      },
    });
    await refused.call('PutRule', { Name: 'r', EventPattern: '{"source":["x"]}' });
    const target = { Id: 't', Arn: MACHINE, RoleArn: ROLE, DeadLetterConfig: { Arn: QUEUE } };
    await refused.call('PutTargets', { Rule: 'r', Targets: [target] });
    await refused.call('PutEvents', { Entries: [{ Source: 'x', DetailType: 'd', Detail: '{}' }] });
    await refused.until(() => refused.calls.length > 0);
    expect(refused.calls.map(({ operation }) => operation)).toEqual(['SendMessage']);
    expect(refused.calls[0]?.input.MessageAttributes.ERROR_CODE.StringValue).toBe('FAILED_TO_ASSUME_ROLE');
    await refused.cloud.stop();
  });
});

it('tests patterns without a rule', async () => {
  const test = (EventPattern: string, Event: string) => call('TestEventPattern', { EventPattern, Event });
  expect(await test('{"a":[1]}', '{"a":1}')).toEqual({ Result: true });
  expect(await test('{"a":[1]}', '{"a":2}')).toEqual({ Result: false });
  await expect(test('{"a":1}', '{}')).rejects.toMatchObject({ code: 'InvalidEventPatternException' });
  await expect(test('{"a":[1]}', '{')).rejects.toMatchObject({ code: 'ValidationException' });
});

it('lets an AWS service use its own source', async () => {
  const service = { ...OPERATOR, kind: 'service' as const, arn: 'states.amazonaws.com', sourceAccount: '111111111111' };
  const Entries = [{ Source: 'aws.states', DetailType: 'x', Detail: '{}' }];
  expect(await harness.cloud.call('events', 'PutEvents', { Entries }, service)).toMatchObject({ FailedEntryCount: 0 });
});

it('asks no policy of an AWS service that sends its own events to the default bus, and one for every other bus', async () => {
  const refusing = await startHarness((cloud) => eventsService(cloud), {
    identity: {
      authorize: () => {
        throw new AwsError('AccessDeniedException', 'refused', { status: 403 });
      },
    },
  });
  const service = { ...OPERATOR, kind: 'service' as const, arn: 'states.amazonaws.com', sourceAccount: '111111111111' };
  const put = (entry: object) =>
    refusing.cloud.call('events', 'PutEvents', { Entries: [{ DetailType: 'x', Detail: '{}', ...entry }] }, service);
  expect(await put({ Source: 'aws.states' })).toMatchObject({ FailedEntryCount: 0 });
  await expect(put({ Source: 'aws.states', EventBusName: 'shop' })).rejects.toMatchObject({ message: 'refused' });
  await expect(put({ Source: 'shop' })).rejects.toMatchObject({ message: 'refused' });
  await refusing.cloud.stop();
});
