import { describe, expect, it } from 'vitest';
import { ACCOUNT, PASS, ROLE, testStates } from '../test-states.ts';

const ARN = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:orders`;
const create = { name: 'orders', definition: PASS, roleArn: ROLE };

describe('state machines', () => {
  it('creates once, repeats the answer, and refuses another definition under the same name', async () => {
    const { call } = await testStates();
    const first = await call('CreateStateMachine', create);
    expect(first.stateMachineArn).toBe(ARN);
    expect(await call('CreateStateMachine', { ...create, roleArn: `${ROLE}-2` })).toEqual(first);
    const other = PASS.replaceAll('"A"', '"B"');
    await expect(call('CreateStateMachine', { ...create, definition: other })).rejects.toMatchObject({
      code: 'StateMachineAlreadyExists',
      message: `State Machine Already Exists: '${ARN}'`,
    });
  });

  it.each([
    [{ name: 'a b' }, 'InvalidName', "Invalid Name: 'a b'"],
    [{ name: 'x'.repeat(81) }, 'ValidationException', /Member must have length less than or equal to 80$/],
    [{ name: undefined }, 'ValidationException', /Value null at 'name' failed.*Member must not be null/],
    [{ name: 7 }, 'SerializationException', /NUMBER_VALUE can not be converted to a String/],
    [{ definition: '{' }, 'InvalidDefinition', /^Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: /],
    [
      { definition: 'x'.repeat(1_048_577) },
      'ValidationException',
      /^1 validation error detected: Value at 'definition'/,
    ],
    [{ roleArn: 'nobody' }, 'InvalidArn', "Invalid Role Arn: 'nobody'"],
    [{ versionDescription: 'v' }, 'ValidationException', 'Version description can only be set when publish is true'],
    [{ loggingConfiguration: { level: 'ALL' } }, 'InvalidLoggingConfiguration', /exactly one Log Destination/],
  ])('refuses %j', async (change, code, message) => {
    const { call } = await testStates();
    await expect(call('CreateStateMachine', { ...create, ...change })).rejects.toMatchObject({
      code,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  it('checks iam:PassRole on the role it is handed', async () => {
    const { call, checked } = await testStates();
    await call('CreateStateMachine', create);
    expect(checked).toEqual([
      { action: 'states:CreateStateMachine', resource: ARN },
      { action: 'iam:PassRole', resource: ROLE, conditions: { 'iam:PassedToService': 'states.amazonaws.com' } },
    ]);
  });

  it('updates into a new revision, publishes versions once per revision, and describes them', async () => {
    const { call } = await testStates();
    const { stateMachineVersionArn } = await call('CreateStateMachine', { ...create, publish: true });
    expect(stateMachineVersionArn).toBe(`${ARN}:1`);
    expect(await call('PublishStateMachineVersion', { stateMachineArn: ARN })).toMatchObject({
      stateMachineVersionArn: `${ARN}:1`,
    });
    const definition = PASS.replaceAll('"A"', '"B"');
    const updated = await call('UpdateStateMachine', { stateMachineArn: ARN, definition, publish: true });
    expect(updated.stateMachineVersionArn).toBe(`${ARN}:2`);
    expect((await call('DescribeStateMachine', { stateMachineArn: ARN })).definition).toBe(definition);
    expect((await call('DescribeStateMachine', { stateMachineArn: `${ARN}:1` })).definition).toBe(PASS);
    await expect(
      call('PublishStateMachineVersion', { stateMachineArn: ARN, revisionId: 'INITIAL' }),
    ).rejects.toMatchObject({ code: 'ConflictException', status: 409 });
  });

  it('routes aliases by weight and protects the versions they use', async () => {
    const { call } = await testStates();
    await call('CreateStateMachine', { ...create, publish: true });
    const routingConfiguration = [{ stateMachineVersionArn: `${ARN}:1`, weight: 100 }];
    const alias = await call('CreateStateMachineAlias', { name: 'live', routingConfiguration });
    expect(alias.stateMachineAliasArn).toBe(`${ARN}:live`);
    await expect(call('DeleteStateMachineVersion', { stateMachineVersionArn: `${ARN}:1` })).rejects.toMatchObject({
      code: 'ConflictException',
      message: expect.stringContaining('[live]'),
    });
    const { executionArn } = await call('StartExecution', { stateMachineArn: `${ARN}:live`, name: 'one' });
    expect(await call('DescribeExecution', { executionArn })).toMatchObject({
      stateMachineArn: ARN,
      stateMachineAliasArn: `${ARN}:live`,
      stateMachineVersionArn: `${ARN}:1`,
    });
    await expect(
      call('CreateStateMachineAlias', {
        name: 'half',
        routingConfiguration: [{ ...routingConfiguration[0], weight: 50 }],
      }),
    ).rejects.toMatchObject({ message: 'Sum of routing configuration weights must equal 100. Received: [50]' });
  });

  it('is DELETING for a while, ends what runs, and is gone', async () => {
    const { call, cloud, stopped } = await testStates();
    await call('CreateStateMachine', create);
    const { executionArn } = await call('StartExecution', { stateMachineArn: ARN });
    await call('DeleteStateMachine', { stateMachineArn: ARN });
    await expect(call('CreateStateMachine', create)).rejects.toMatchObject({ code: 'StateMachineDeleting' });
    await cloud.clock.sleep(3000);
    expect(stopped).toEqual([executionArn]);
    await expect(call('DescribeStateMachine', { stateMachineArn: ARN })).rejects.toMatchObject({
      code: 'StateMachineDoesNotExist',
      message: `State Machine Does Not Exist: '${ARN}'`,
    });
    expect((await call('DescribeExecution', { executionArn })).status).toBe('ABORTED');
  });

  it('lists by pages, and refuses tokens of other listings', async () => {
    const { call } = await testStates();
    for (const name of ['c', 'a', 'b']) await call('CreateStateMachine', { ...create, name });
    const first = await call('ListStateMachines', { maxResults: 2 });
    const second = await call('ListStateMachines', { maxResults: 2, nextToken: first.nextToken });
    const names = (page: Record<string, unknown>) => (page.stateMachines as { name: string }[]).map(({ name }) => name);
    expect([names(first), names(second), second.nextToken]).toEqual([['a', 'b'], ['c'], undefined]);
    await expect(call('ListActivities', { nextToken: first.nextToken })).rejects.toMatchObject({
      code: 'InvalidToken',
      message: "Invalid Token: 'Invalid token'",
    });
  });

  it('keeps tags of machines and activities', async () => {
    const { call } = await testStates();
    await call('CreateStateMachine', { ...create, tags: [{ key: 'team', value: 'red' }] });
    await call('TagResource', { resourceArn: ARN, tags: [{ key: 'cost', value: '7' }] });
    await call('UntagResource', { resourceArn: ARN, tagKeys: ['team'] });
    expect(await call('ListTagsForResource', { resourceArn: ARN })).toEqual({ tags: [{ key: 'cost', value: '7' }] });
    await expect(call('ListTagsForResource', { resourceArn: `${ARN}x` })).rejects.toMatchObject({
      code: 'ResourceNotFound',
    });
  });
});

describe('roles', () => {
  const loggingConfiguration = {
    level: 'ALL',
    destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:us-east-1:111111111111:log-group:g:*' } }],
  };

  it.each([
    ['logs:CreateLogDelivery', 'The state machine IAM Role is not authorized to access the Log Destination'],
    ['logs:DescribeLogGroups', 'The state machine IAM Role is not authorized to access the Log Destination'],
  ])('that may not do %s are refused where logging is on', async (action, message) => {
    const { call } = await testStates({ iam: {} }, { denied: [action] });
    const machine = { name: 'm', definition: PASS, roleArn: ROLE };
    await expect(call('CreateStateMachine', { ...machine, loggingConfiguration })).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message,
    });
    expect(await call('CreateStateMachine', machine)).toHaveProperty('stateMachineArn');
  });
});
