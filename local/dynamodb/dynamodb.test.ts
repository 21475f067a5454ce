import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cloud } from '../kernel/service.ts';
import { ACCOUNT, refusal, type TestCloud, testCloud } from '../lambda/test-cloud.ts';
import { dynamodbService } from './service.ts';

const MINUTE = 60_000;
/** So long that a busy machine does not get past a state between two calls; the clock leaps over it. */
const slowTables = (cloud: Cloud) =>
  dynamodbService(cloud, { delays: { create: MINUTE, update: MINUTE, delete: MINUTE } });

let test: TestCloud;
beforeEach(async () => {
  test = await testCloud([slowTables]);
});
afterEach(() => test.cloud.stop());

const call = <Output = Record<string, unknown>>(operation: string, input: object) =>
  test.call<Output>('dynamodb', operation, input);
const ARN = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/tenants`;
const DEFINITION = {
  TableName: 'tenants',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'state', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-state',
      KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};
async function table(more: object = {}): Promise<void> {
  await call('CreateTable', { ...DEFINITION, ...more });
  await test.cloud.clock.sleep(MINUTE);
}
const put = (pk: string, more: object = {}, options: object = {}) =>
  call('PutItem', { TableName: 'tenants', Item: { pk: { S: pk }, sk: { S: 'meta' }, ...more }, ...options });
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'meta' } });
const status = async () =>
  (await call<{ Table: { TableStatus: string } }>('DescribeTable', { TableName: 'tenants' })).Table.TableStatus;

it('describes tables with the members that DynamoDB has', async () => {
  await table();
  const { Table } = await call<{ Table: object }>('DescribeTable', { TableName: 'tenants' });
  expect(Object.keys(Table)).toContain('BillingModeSummary');
  expect(Object.keys(Table)).not.toContain('TableThroughputModeSummary');
});

describe('items', () => {
  it('are written under conditions, read, queried by index and deleted', async () => {
    await table();
    await put('acme', { state: { S: 'READY' } }, { ConditionExpression: 'attribute_not_exists(pk)' });
    const twice = await refusal(put('acme', {}, { ConditionExpression: 'attribute_not_exists(pk)' }));
    expect(twice).toMatchObject({
      code: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      status: 400,
    });
    const query = {
      TableName: 'tenants',
      IndexName: 'by-state',
      KeyConditionExpression: '#s = :s',
      ExpressionAttributeNames: { '#s': 'state' },
      ExpressionAttributeValues: { ':s': { S: 'READY' } },
    };
    expect(await call('Query', query)).toMatchObject({ Count: 1, Items: [{ pk: { S: 'acme' } }] });
    await call('UpdateItem', {
      TableName: 'tenants',
      Key: key('acme'),
      UpdateExpression: 'SET #s = :s',
      ExpressionAttributeNames: { '#s': 'state' },
      ExpressionAttributeValues: { ':s': { S: 'GONE' } },
    });
    expect(await call('Query', query)).toMatchObject({ Count: 0 });
    await call('DeleteItem', { TableName: 'tenants', Key: key('acme') });
    expect(await call('GetItem', { TableName: 'tenants', Key: key('acme') })).toEqual({});
  });

  it('come back in the error of a failed condition when asked for', async () => {
    await table();
    await put('acme', { state: { S: 'READY' } });
    const error = await refusal(
      put(
        'acme',
        {},
        { ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
      ),
    );
    expect(error.fields).toEqual({ Item: { ...key('acme'), state: { S: 'READY' } } });
  });

  it('admit exactly one of many simultaneous conditional writes', async () => {
    await table();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, () => put('acme', {}, { ConditionExpression: 'attribute_not_exists(pk)' })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('are checked against the ARN of table or index with the leading keys', async () => {
    await table();
    test.checked.length = 0;
    await put('acme');
    await call('Query', {
      TableName: ARN,
      KeyConditionExpression: 'pk = :p AND begins_with(sk, :s)',
      ExpressionAttributeValues: { ':p': { S: 'acme' }, ':s': { S: 'm' } },
    });
    await call('BatchWriteItem', {
      RequestItems: { tenants: [{ PutRequest: { Item: key('a') } }, { DeleteRequest: { Key: key('b') } }] },
    });
    await call('Query', {
      TableName: 'tenants',
      IndexName: 'by-state',
      KeyConditionExpression: '#s = :s',
      ExpressionAttributeNames: { '#s': 'state' },
      ExpressionAttributeValues: { ':s': { S: 'X' } },
    });
    expect(
      test.checked.map(({ action, resource, conditions }) => [action, resource, conditions?.['dynamodb:LeadingKeys']]),
    ).toEqual([
      ['dynamodb:PutItem', ARN, ['acme']],
      ['dynamodb:Query', ARN, ['acme']],
      ['dynamodb:BatchWriteItem', ARN, ['a', 'b']],
      ['dynamodb:Query', `${ARN}/index/by-state`, ['X']],
    ]);
  });

  it('refuse what DynamoDB refuses, in its words', async () => {
    await table();
    expect((await refusal(call('GetItem', { TableName: 'tenants', Key: { pk: { S: 'a' } } }))).message).toBe(
      'The provided key element does not match the schema',
    );
    expect((await refusal(call('GetItem', { TableName: 'absent', Key: key('a') }))).message).toBe(
      'Requested resource not found',
    );
    expect((await refusal(call('TransactWriteItems', { TransactItems: [] }))).code).toBe('UnknownOperationException');
  });
});

describe('tables', () => {
  it('pass through CREATING and DELETING on the clock', async () => {
    await call('CreateTable', DEFINITION);
    expect(await status()).toBe('CREATING');
    expect((await refusal(put('early'))).code).toBe('ResourceNotFoundException');
    expect((await refusal(call('CreateTable', DEFINITION))).message).toBe('Table already exists: tenants');
    expect((await refusal(call('DeleteTable', { TableName: 'tenants' }))).code).toBe('ResourceInUseException');
    await test.cloud.clock.sleep(MINUTE);
    expect(await status()).toBe('ACTIVE');
    await put('acme');
    await call('DeleteTable', { TableName: 'tenants' });
    expect(await status()).toBe('DELETING');
    await test.cloud.clock.sleep(2 * MINUTE);
    expect((await refusal(status())).message).toBe('Requested resource not found: Table: tenants not found');
    expect(await call('ListTables', {})).toEqual({ TableNames: [] });
    await table();
    expect(await call('GetItem', { TableName: 'tenants', Key: key('acme') })).toEqual({});
  });

  it('are protected against deletion until the protection is off', async () => {
    await table({ DeletionProtectionEnabled: true, Tags: [{ Key: 'owner', Value: 'platform' }] });
    expect((await refusal(call('DeleteTable', { TableName: 'tenants' }))).message).toContain(
      'protected against deletion',
    );
    await call('UpdateTable', { TableName: 'tenants', DeletionProtectionEnabled: false });
    await test.cloud.clock.sleep(MINUTE);
    expect(await call('ListTagsOfResource', { ResourceArn: ARN })).toEqual({
      Tags: [{ Key: 'owner', Value: 'platform' }],
    });
    await call('DeleteTable', { TableName: 'tenants' });
    expect(await status()).toBe('DELETING');
  });

  it('delete expired items some time after their time to live', async () => {
    await table();
    await call('UpdateTimeToLive', {
      TableName: 'tenants',
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
    });
    expect(await call('DescribeTimeToLive', { TableName: 'tenants' })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLING', AttributeName: 'expires' },
    });
    const inSeconds = (seconds: number) => ({
      expires: { N: String(Math.floor(test.cloud.clock.now() / 1000) + seconds) },
    });
    await put('soon', inSeconds(60));
    await put('later', inSeconds(86_400 * 9));
    await put('never', { expires: { S: '1' } });
    await test.cloud.clock.sleep(3 * 86_400_000);
    const { Items } = await call<{ Items: { pk: { S: string } }[] }>('Scan', { TableName: 'tenants' });
    expect(Items.map(({ pk }) => pk.S).sort()).toEqual(['later', 'never']);
  });

  it('show point-in-time recovery as it was set', async () => {
    await table();
    await call('UpdateContinuousBackups', {
      TableName: 'tenants',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
    expect(await call('DescribeContinuousBackups', { TableName: 'tenants' })).toMatchObject({
      ContinuousBackupsDescription: {
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 35 },
      },
    });
  });
});

it('keeps tables and items over a restart, and accounts apart', async () => {
  const state = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  try {
    const before = await testCloud([slowTables], { state });
    await before.call('dynamodb', 'CreateTable', DEFINITION);
    await before.cloud.clock.sleep(MINUTE);
    await before.call('dynamodb', 'PutItem', { TableName: 'tenants', Item: key('acme') });
    await before.cloud.stop();
    const after = await testCloud([slowTables], { state });
    // This clock starts at real time again, before the table was active.
    await after.cloud.clock.sleep(MINUTE);
    expect(await after.call('dynamodb', 'GetItem', { TableName: 'tenants', Key: key('acme') })).toEqual({
      Item: key('acme'),
    });
    const other = {
      kind: 'administrator' as const,
      accountId: '222222222222',
      arn: 'arn:aws:iam::222222222222:root',
      userId: '222222222222',
    };
    expect(await after.call('dynamodb', 'ListTables', {}, other)).toEqual({ TableNames: [] });
    expect(
      (await refusal(after.call('dynamodb', 'GetItem', { TableName: 'tenants', Key: key('acme') }, other))).code,
    ).toBe('ResourceNotFoundException');
    await after.cloud.stop();
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});
