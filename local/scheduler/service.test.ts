import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FUNCTION, type Harness, MACHINE, QUEUE, ROLE, startHarness } from '../events/testing/harness.ts';
import { AwsError } from '../kernel/errors.ts';
import { schedulerService } from './service.ts';

const OFF = { Mode: 'OFF' };
const MINUTE = 60_000;

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness((cloud) => schedulerService(cloud, { random: () => 0.5 }));
});

afterEach(() => harness.cloud.stop());

function create(settings: object = {}) {
  return harness.call('CreateSchedule', {
    Name: 'grace',
    ScheduleExpression: inMinutes(60 * 24 * 30),
    FlexibleTimeWindow: OFF,
    Target: { Arn: MACHINE, RoleArn: ROLE, Input: '{"tenant":"acme"}' },
    ...settings,
  });
}

function inMinutes(minutes: number): string {
  return `at(${new Date(harness.cloud.clock.now() + minutes * MINUTE).toISOString().slice(0, 19)})`;
}

/** Lets `minutes` of simulated time pass: recurring schedules alone make no clock leap. */
async function pass(minutes: number): Promise<void> {
  await harness.cloud.clock.sleep(minutes * MINUTE);
}

describe('one-time schedules', () => {
  it('invoke the target once, as its role, and are deleted afterwards when asked', async () => {
    const started = harness.cloud.clock.now();
    await create({ ActionAfterCompletion: 'DELETE' });
    await harness.until(() => harness.calls.length === 1);
    const [call] = harness.calls;
    expect((call?.time ?? 0) - started).toBeGreaterThan(60 * 24 * 30 * MINUTE - 2000);
    expect(call?.caller).toMatchObject({ roleArn: ROLE });
    expect(call?.input).toMatchObject({ stateMachineArn: MACHINE, input: '{"tenant":"acme"}' });
    await expect(harness.call('GetSchedule', { Name: 'grace' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
      message: 'Schedule grace does not exist.',
    });
  });

  it('stay, completed, without that, and do not fire when disabled', async () => {
    await create({ ScheduleExpression: inMinutes(5) });
    await create({ Name: 'off', ScheduleExpression: inMinutes(5), State: 'DISABLED' });
    await pass(20);
    expect(harness.calls).toHaveLength(1);
    expect(await harness.call('GetSchedule', { Name: 'grace' })).toMatchObject({ ActionAfterCompletion: 'NONE' });
  });

  it('spread over a flexible window', async () => {
    const started = harness.cloud.clock.now();
    await create({
      ScheduleExpression: inMinutes(5),
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 60 },
    });
    await harness.until(() => harness.calls.length === 1);
    expect(Math.round(((harness.calls[0]?.time ?? 0) - started) / MINUTE)).toBe(35);
  });
});

describe('recurring schedules', () => {
  it('fire again and again until they are deleted', async () => {
    await create({ ScheduleExpression: 'rate(10 minutes)', Target: { Arn: FUNCTION, RoleArn: ROLE } });
    await pass(35);
    expect(harness.calls).toHaveLength(3);
    const event = JSON.parse(harness.calls[0]?.input.Payload);
    expect(event).toMatchObject({ source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: '{}' });
    await harness.call('DeleteSchedule', { Name: 'grace' });
    await pass(35);
    expect(harness.calls).toHaveLength(3);
  });

  it('end at their end date', async () => {
    const EndDate = (harness.cloud.clock.now() + 25 * MINUTE) / 1000;
    await create({ ScheduleExpression: 'rate(10 minutes)', EndDate });
    await pass(60);
    expect(harness.calls).toHaveLength(2);
  });
});

describe('targets', () => {
  it('can be any operation, with context attributes in the input', async () => {
    const Input = JSON.stringify({
      QueueUrl: 'q',
      MessageBody: '<aws.scheduler.schedule-arn> <aws.scheduler.attempt-number>',
    });
    const Target = { Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage', RoleArn: ROLE, Input };
    await create({ ScheduleExpression: inMinutes(1), Target });
    await harness.until(() => harness.calls.length === 1);
    expect(harness.calls[0]?.input.MessageBody).toBe(
      'arn:aws:scheduler:us-east-1:111111111111:schedule/default/grace 1',
    );
  });

  it('are tried again within the retry policy, then go to the dead-letter queue', async () => {
    const broken = () => new AwsError('ServiceException', 'down', { fault: 'server' });
    harness.failures.set('StartExecution', Array.from({ length: 9 }, broken));
    const RetryPolicy = { MaximumRetryAttempts: 2 };
    await create({
      ScheduleExpression: inMinutes(1),
      Target: { Arn: MACHINE, RoleArn: ROLE, Input: '{}', RetryPolicy, DeadLetterConfig: { Arn: QUEUE } },
    });
    await harness.until(() => harness.calls.some(({ operation }) => operation === 'SendMessage'));
    expect(harness.calls.map(({ operation }) => operation)).toEqual([
      ...Array(3).fill('StartExecution'),
      'SendMessage',
    ]);
    const { MessageAttributes, MessageBody } = harness.calls[3]?.input ?? {};
    expect(JSON.parse(MessageBody)).toMatchObject({ stateMachineArn: MACHINE, input: '{}' });
    expect(MessageAttributes).toMatchObject({
      SCHEDULE_ARN: { StringValue: 'arn:aws:scheduler:us-east-1:111111111111:schedule/default/grace' },
      EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumRetryAttempts' },
      RETRY_ATTEMPTS: { StringValue: '2' },
    });
  });
});

describe('the API', () => {
  it.each([
    [{ ScheduleExpression: 'rate(1 minutes)' }, 'Invalid Schedule Expression rate(1 minutes).'],
    [{ ScheduleExpression: 'cron(0 12 * * * *)' }, 'Invalid Schedule Expression cron(0 12 * * * *).'],
    [{ ScheduleExpressionTimezone: 'Mars/Base' }, 'Invalid ScheduleExpressionTimezone Mars/Base.'],
    [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, 'MaximumWindowInMinutes must be provided for FLEXIBLE mode.'],
    [{ Target: { Arn: 'queue', RoleArn: ROLE } }, 'Provided Arn is not in correct format: queue'],
  ])('refuses %j', async (settings, message) => {
    await expect(create(settings)).rejects.toMatchObject({ code: 'ValidationException', message });
  });

  it('refuses a role that EventBridge Scheduler cannot assume', async () => {
    const refused = await startHarness((cloud) => schedulerService(cloud), {
      identity: {
        serviceRole() {
          throw new AwsError('AccessDenied', 'no');
        },
      },
    });
    harness = refused;
    await expect(create()).rejects.toThrow('must allow AWS EventBridge Scheduler to assume the role');
  });

  it('keeps schedules in groups, and deletes them with the group', async () => {
    await expect(create({ GroupName: 'tenants' })).rejects.toThrow('Schedule group tenants does not exist.');
    await harness.call('CreateScheduleGroup', { Name: 'tenants', Tags: [{ Key: 'team', Value: 'a' }] });
    await create({ GroupName: 'tenants' });
    await create();
    await expect(create()).rejects.toMatchObject({ code: 'ConflictException', status: 409 });
    expect((await harness.call('ListSchedules', { ScheduleGroup: 'tenants' })).Schedules).toHaveLength(1);
    expect((await harness.call('ListSchedules', {})).Schedules).toHaveLength(2);
    await harness.call('DeleteScheduleGroup', { Name: 'tenants' });
    expect((await harness.call('ListSchedules', {})).Schedules).toHaveLength(1);
  });
});
