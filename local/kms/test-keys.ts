import { OPERATOR, policyText, testCloud, trustOf } from '../iam/test-cloud.ts';
import type { RunningCloud } from '../kernel/cloud.ts';
import type { Caller, OperationInput } from '../kernel/service.ts';
import type { Store } from '../kernel/store.ts';
import { kmsService } from './service.ts';

/** A running KMS beside IAM, with what its tests ask for all the time. */
export interface TestKeys {
  cloud: RunningCloud;
  /** As the account's operator, unless said otherwise. */
  call(operation: string, input?: unknown, caller?: Caller): Promise<OperationInput>;
  /** Makes a key; its ARN. */
  key(input?: object): Promise<string>;
  /** A session of a role that has these statements. */
  role(name: string, ...statements: unknown[]): Promise<Caller>;
}

/** Starts it, over a throw-away store unless one is given. */
export function testKeys(store?: Store): TestKeys {
  const cloud = testCloud(store ? { store } : {});
  cloud.register(kmsService(cloud));
  const call = (operation: string, input: unknown = {}, caller: Caller = OPERATOR): Promise<OperationInput> =>
    cloud.call('kms', operation, input, caller);
  return {
    cloud,
    call,
    key: async (input = {}) => (await call('CreateKey', input)).KeyMetadata.Arn,
    async role(RoleName, ...statements) {
      const iam = (operation: string, input: object) => cloud.call('iam', operation, { RoleName, ...input }, OPERATOR);
      const { Role } = await iam('CreateRole', { AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com') });
      if (statements.length > 0)
        await iam('PutRolePolicy', { PolicyName: 'own', PolicyDocument: policyText(...statements) });
      return cloud.identity.serviceRole(Role.Arn, 'lambda.amazonaws.com', 'test');
    },
  };
}

/** A statement that allows these actions on everything. */
export function allow(...Action: string[]): object {
  return { Effect: 'Allow', Action, Resource: '*' };
}
