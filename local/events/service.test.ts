import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsError } from '../kernel/errors.ts';
import { eventsService } from './service.ts';
import { DEAD_LETTERS, FUNCTION, type Harness, MACHINE, QUEUE, ROLE, startHarness } from './testing/harness.ts';

const ENTRY = { Source: 'saas.shop', DetailType: 'TenantCreated', Detail: '{"tenant": {"id":"acme", "seats":1.0}}' };
const PATTERN = JSON.stringify({ source: [{ prefix: 'saas.' }] });

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness((cloud) => eventsService(cloud));
  await harness.call('CreateEventBus', { Name: 'tenantry' });
});

afterEach(() => harness.cloud.stop());

async function rule(targets: object[], pattern = PATTERN): Promise<void> {
  await harness.call('PutRule', { Name: 'on-tenant', EventBusName: 'tenantry', EventPattern: pattern });
  await harness.call('PutTargets', { Rule: 'on-tenant', EventBusName: 'tenantry', Targets: targets });
}

function put(entry: object = {}) {
  return harness.call('PutEvents', { Entries: [{ ...ENTRY, EventBusName: 'tenantry', ...entry }] });
}

describe('delivery', () => {
  it('starts an execution with the event, as the target’s role, under a name that a second delivery repeats', async () => {
    await rule([{ Id: 'one', Arn: MACHINE, RoleArn: ROLE }]);
    const { Entries } = await put();
    await harness.until(() => harness.calls.length === 1);
    const { input, caller } = harness.calls[0] ?? { input: {} };
    expect(caller).toMatchObject({ kind: 'role', roleArn: ROLE });
    expect(input.stateMachineArn).toBe(MACHINE);
    expect(input.name).toMatch(new RegExp(`^${Entries[0].EventId}_[0-9a-f-]{36}$`));
    expect(input.input).toContain('"detail":{"tenant":{"id":"acme","seats":1.0}}');
    expect(JSON.parse(input.input)).toMatchObject({
      version: '0',
      id: Entries[0].EventId,
      source: 'saas.shop',
      resources: [],
    });
  });

  it('invokes a function and sends to a queue as EventBridge on behalf of the rule', async () => {
    await rule([
      { Id: 'function', Arn: FUNCTION },
      { Id: 'queue', Arn: `${QUEUE}.fifo`, SqsParameters: { MessageGroupId: 'g' } },
    ]);
    await put();
    await harness.until(() => harness.calls.length === 2);
    for (const { caller } of harness.calls) {
      expect(caller).toMatchObject({ kind: 'service', arn: 'events.amazonaws.com' });
      expect(caller.sourceArn).toBe('arn:aws:events:us-east-1:111111111111:rule/tenantry/on-tenant');
    }
    expect(harness.calls.find(({ operation }) => operation === 'Invoke')?.input.InvocationType).toBe('Event');
    expect(harness.calls.find(({ operation }) => operation === 'SendMessage')?.input.MessageGroupId).toBe('g');
  });

  it('does not deliver what no rule, or only a disabled one, asks for', async () => {
    await rule([{ Id: 'one', Arn: FUNCTION }]);
    await put({ Source: 'crm' });
    await harness.call('DisableRule', { Name: 'on-tenant', EventBusName: 'tenantry' });
    await put();
    await harness.call('EnableRule', { Name: 'on-tenant', EventBusName: 'tenantry' });
    const { Entries } = await put();
    await harness.until(() => harness.calls.length > 0);
    expect(harness.calls.map(({ input }) => JSON.parse(input.Payload).id)).toEqual([Entries[0].EventId]);
  });

  it('forwards to another bus under a new id, source and account unchanged', async () => {
    await harness.call('CreateEventBus', { Name: 'other' });
    await rule([{ Id: 'bus', Arn: 'arn:aws:events:us-east-1:111111111111:event-bus/other', RoleArn: ROLE }]);
    await harness.call('PutRule', { Name: 'all', EventBusName: 'other', EventPattern: PATTERN });
    await harness.call('PutTargets', { Rule: 'all', EventBusName: 'other', Targets: [{ Id: 'f', Arn: FUNCTION }] });
    const { Entries } = await put();
    await harness.until(() => harness.calls.length === 1);
    const event = JSON.parse(harness.calls[0]?.input.Payload);
    expect(event).toMatchObject({ source: 'saas.shop', account: '111111111111', detail: { tenant: { id: 'acme' } } });
    expect(event.id).not.toBe(Entries[0].EventId);
  });
});

describe('failures of a target', () => {
  const target = { Id: 'one', Arn: MACHINE, RoleArn: ROLE, DeadLetterConfig: { Arn: DEAD_LETTERS } };
  const deadLetter = () => harness.calls.find(({ operation }) => operation === 'SendMessage');
  const attempts = () => harness.calls.filter(({ operation }) => operation === 'StartExecution');

  it('goes straight to the dead-letter queue when trying again cannot help', async () => {
    harness.failures.set('StartExecution', [new AwsError('AccessDeniedException', 'not allowed')]);
    await rule([target]);
    await put();
    await harness.until(() => deadLetter() !== undefined);
    expect(attempts()).toHaveLength(1);
    expect(JSON.parse(deadLetter()?.input.MessageBody).source).toBe('saas.shop');
    expect(deadLetter()?.input.MessageAttributes).toEqual({
      RULE_ARN: { DataType: 'String', StringValue: 'arn:aws:events:us-east-1:111111111111:rule/tenantry/on-tenant' },
      TARGET_ARN: { DataType: 'String', StringValue: MACHINE },
      ERROR_CODE: { DataType: 'String', StringValue: 'NO_PERMISSIONS' },
      ERROR_MESSAGE: { DataType: 'String', StringValue: 'not allowed' },
      RETRY_ATTEMPTS: { DataType: 'Number', StringValue: '0' },
    });
  });

  it('tries again with growing pauses, as often as the retry policy says', async () => {
    const broken = () => new AwsError('ServiceUnavailable', 'down', { fault: 'server' });
    harness.failures.set('StartExecution', Array.from({ length: 10 }, broken));
    await rule([{ ...target, RetryPolicy: { MaximumRetryAttempts: 3 } }]);
    await put();
    await harness.until(() => deadLetter() !== undefined);
    const times = attempts().map(({ time }) => time);
    expect(times).toHaveLength(4);
    expect((times[3] ?? 0) - (times[2] ?? 0)).toBeGreaterThanOrEqual(2000);
    expect(deadLetter()?.input.MessageAttributes).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: { StringValue: 'MaximumRetryAttempts' },
      RETRY_ATTEMPTS: { StringValue: '3' },
      ERROR_CODE: { StringValue: 'INTERNAL_SERVER_ERROR' },
    });
  });

  it('gives up after 185 attempts or 24 hours by default', async () => {
    const throttled = () => new AwsError('ThrottlingException', 'slow down');
    harness.failures.set('StartExecution', Array.from({ length: 300 }, throttled));
    await rule([target]);
    const started = harness.cloud.clock.now();
    await put();
    await harness.until(() => deadLetter() !== undefined);
    expect(attempts().length).toBeLessThanOrEqual(186);
    expect(attempts().length).toBeGreaterThan(90);
    expect((deadLetter()?.time ?? 0) - started).toBeLessThanOrEqual(86_400_000);
  });

  it('counts an execution that exists already as delivered', async () => {
    harness.failures.set('StartExecution', [new AwsError('ExecutionAlreadyExists', 'exists')]);
    await rule([target]);
    const delivered = new Promise((resolve) =>
      harness.cloud.on(({ type }) => type === 'events.delivered' && resolve(type)),
    );
    await put();
    await expect(delivered).resolves.toBe('events.delivered');
    expect(deadLetter()).toBeUndefined();
  });
});

describe('PutEvents', () => {
  it('reports wrong entries one by one and takes the others', async () => {
    const answer = await harness.call('PutEvents', {
      Entries: [
        ENTRY,
        { ...ENTRY, Source: undefined },
        { ...ENTRY, DetailType: '' },
        { ...ENTRY, Detail: undefined },
        { ...ENTRY, Detail: '{"a":' },
        { ...ENTRY, Detail: '[1]' },
        { ...ENTRY, Source: 'aws.ec2' },
      ],
    });
    expect(answer.FailedEntryCount).toBe(6);
    expect(answer.Entries[0]).toEqual({ EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(answer.Entries[1]).toEqual({
      ErrorCode: 'InvalidArgument',
      ErrorMessage: 'Parameter Source is not valid. Reason: Source is a required argument.',
    });
    expect(answer.Entries.slice(1).map(({ ErrorCode }: { ErrorCode: string }) => ErrorCode)).toEqual([
      'InvalidArgument',
      'InvalidArgument',
      'InvalidArgument',
      'MalformedDetail',
      'MalformedDetail',
      'NotAuthorizedForSourceException',
    ]);
  });

  it('refuses eleven entries, and entries over 1 MB together', async () => {
    await expect(harness.call('PutEvents', { Entries: Array(11).fill(ENTRY) })).rejects.toThrow(
      /at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10/,
    );
    const Detail = JSON.stringify({ text: 'x'.repeat(600_000) });
    await expect(harness.call('PutEvents', { Entries: Array(2).fill({ ...ENTRY, Detail }) })).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'Total size of the entries in the request is over the limit.',
    });
    expect(await harness.call('PutEvents', { Entries: [{ ...ENTRY, Detail }] })).toMatchObject({ FailedEntryCount: 0 });
  });

  it('accepts and drops events for a bus that does not exist', async () => {
    expect(await put({ EventBusName: 'nowhere' })).toMatchObject({ FailedEntryCount: 0 });
  });
});
