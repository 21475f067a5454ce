import { expect, it } from 'vitest';
import type { OperationInput } from '../../kernel/service.ts';
import { kmsService } from '../../kms/service.ts';
import { OPERATOR, settled, template, testCloud } from '../test-cloud.ts';

const POLICY = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:root' }, Action: 'kms:*', Resource: '*' },
  ],
};

function stacks() {
  const { cloud, call } = testCloud();
  cloud.register(kmsService(cloud));
  const kms = (operation: string, input: object): Promise<OperationInput> =>
    cloud.call('kms', operation, input, OPERATOR);
  const deploy = async (operation: string, resources: object, Outputs: object = {}) => {
    await call(operation, { StackName: 'Keys', TemplateBody: template(resources, { Outputs }) });
    return settled(cloud, 'Keys');
  };
  return { cloud, call, kms, deploy };
}

function resources(properties: object = {}, rest: object = {}) {
  const Key = { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: POLICY, ...properties }, ...rest };
  const Name = {
    Type: 'AWS::KMS::Alias',
    Properties: { AliasName: 'alias/orders', TargetKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
  };
  return { Key, Name };
}

it('makes a key with its alias, changes it in place, and schedules its deletion', async () => {
  const { call, cloud, kms, deploy } = stacks();
  const made = await deploy(
    'CreateStack',
    resources({ EnableKeyRotation: true, Description: 'one', Tags: [{ Key: 'a', Value: 'b' }] }),
    { Arn: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } }, Id: { Value: { Ref: 'Key' } } },
  );
  expect(made.StackStatus).toBe('CREATE_COMPLETE');
  const { KeyMetadata } = await kms('DescribeKey', { KeyId: 'alias/orders' });
  const { Arn, KeyId } = KeyMetadata;
  const outputs = made.Outputs.map(({ OutputKey, OutputValue }: OperationInput) => [OutputKey, OutputValue]);
  expect(Object.fromEntries(outputs)).toEqual({ Arn, Id: KeyId });
  expect(KeyMetadata.Description).toBe('one');
  expect((await kms('GetKeyRotationStatus', { KeyId })).KeyRotationEnabled).toBe(true);
  expect(JSON.parse((await kms('GetKeyPolicy', { KeyId })).Policy)).toEqual(POLICY);
  expect((await kms('ListResourceTags', { KeyId })).Tags).toEqual([{ TagKey: 'a', TagValue: 'b' }]);

  await deploy('UpdateStack', resources({ Description: 'two', Enabled: false, PendingWindowInDays: 9 }));
  const after = await kms('DescribeKey', { KeyId: 'alias/orders' });
  expect(after.KeyMetadata).toMatchObject({ Arn, Description: 'two', KeyState: 'Disabled' });
  expect((await kms('ListResourceTags', { KeyId })).Tags).toEqual([]);

  await call('DeleteStack', { StackName: made.StackId });
  expect((await settled(cloud, made.StackId)).StackStatus).toBe('DELETE_COMPLETE');
  const { KeyState, DeletionDate } = (await kms('DescribeKey', { KeyId })).KeyMetadata;
  expect(KeyState).toBe('PendingDeletion');
  expect(Math.round((DeletionDate.getTime() - cloud.clock.now()) / 86_400_000)).toBe(9);
  expect((await kms('ListAliases', {})).Aliases).toEqual([]);
});

it('keeps a key that is to be retained', async () => {
  const { call, cloud, kms, deploy } = stacks();
  const made = await deploy('CreateStack', resources({}, { DeletionPolicy: 'Retain' }));
  const { KeyId } = (await kms('DescribeKey', { KeyId: 'alias/orders' })).KeyMetadata;
  await call('DeleteStack', { StackName: made.StackId });
  await settled(cloud, made.StackId);
  expect((await kms('DescribeKey', { KeyId })).KeyMetadata.KeyState).toBe('Enabled');
});

it('does not make other kinds of keys, nor an alias that is taken', async () => {
  const { kms, deploy } = stacks();
  const { KeyMetadata } = await kms('CreateKey', {});
  await kms('CreateAlias', { AliasName: 'alias/orders', TargetKeyId: KeyMetadata.KeyId });
  expect((await deploy('CreateStack', resources())).StackStatus).toBe('ROLLBACK_COMPLETE');
  const target = await kms('DescribeKey', { KeyId: 'alias/orders' });
  expect(target.KeyMetadata.Arn).toBe(KeyMetadata.Arn);
  const { deploy: elsewhere } = stacks();
  expect((await elsewhere('CreateStack', resources({ KeySpec: 'RSA_2048' }))).StackStatus).toBe('ROLLBACK_COMPLETE');
});
