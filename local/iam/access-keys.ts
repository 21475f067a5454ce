import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput, RequestContext } from '../kernel/service.ts';
import { existingUser, type IamContext, noSuchEntity } from './iam-context.ts';
import { accessKeyId, secretAccessKey } from './identifiers.ts';
import { requiredText } from './input.ts';
import { pageOf } from './paging.ts';
import { quotaExceeded } from './quotas.ts';
import type { AccessKeyRecord } from './records.ts';
import { wholeSeconds } from './roles.ts';
import { userAccess, userNameOf } from './users.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html and its neighbours. */
export function accessKeyOperations(iam: IamContext): Record<string, Operation> {
  const named = (action: string, handle: Operation['handle']): Operation => ({
    authorize: (input, { accountId, caller }) => [userAccess(iam, action, accountId, userNameOf(input, caller))],
    handle,
  });
  return {
    CreateAccessKey: named('CreateAccessKey', (input, context) => {
      const key = createKey(iam, input, context);
      return { AccessKey: { ...keyView(key), SecretAccessKey: key.secret } };
    }),
    ListAccessKeys: named('ListAccessKeys', (input, { accountId, caller }) => {
      const user = existingUser(iam, accountId, userNameOf(input, caller));
      return pageOf('AccessKeyMetadata', keysOf(iam, accountId, user.name).map(keyView), input);
    }),
    UpdateAccessKey: named('UpdateAccessKey', (input, context) => {
      const key = existingKey(iam, input, context);
      const status = requiredText(input, 'Status');
      if (status !== 'Active' && status !== 'Inactive') {
        throw new AwsError(
          'ValidationError',
          `1 validation error detected: Value '${status}' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]`,
        );
      }
      iam.database.accessKeys.put(key.id, { ...key, active: status === 'Active' }, iam.changeDelay());
      return undefined;
    }),
    DeleteAccessKey: named('DeleteAccessKey', (input, context) => {
      iam.database.accessKeys.delete(existingKey(iam, input, context).id, iam.changeDelay());
      return undefined;
    }),
  };
}

function createKey(iam: IamContext, input: OperationInput, { accountId, caller }: RequestContext): AccessKeyRecord {
  const user = existingUser(iam, accountId, userNameOf(input, caller));
  const limit = iam.quotas.accessKeysPerUser;
  if (keysOf(iam, accountId, user.name).length >= limit) throw quotaExceeded('AccessKeysPerUser', limit);
  const key: AccessKeyRecord = {
    id: accessKeyId('AKIA', accountId),
    secret: secretAccessKey(),
    accountId,
    userName: user.name,
    active: true,
    createdAt: wholeSeconds(iam),
  };
  iam.database.accessKeys.put(key.id, key, iam.newEntityDelay);
  return key;
}

function existingKey(iam: IamContext, input: OperationInput, { accountId, caller }: RequestContext): AccessKeyRecord {
  const id = requiredText(input, 'AccessKeyId', { min: 16, max: 128, pattern: /^[\w]+$/ });
  const key = iam.database.accessKeys.get(id);
  const user = existingUser(iam, accountId, userNameOf(input, caller));
  if (key?.accountId !== accountId || key.userName !== user.name) {
    throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
  }
  return key;
}

function keysOf(iam: IamContext, accountId: string, userName: string): AccessKeyRecord[] {
  return iam.database.accessKeys.list('').filter((key) => key.accountId === accountId && key.userName === userName);
}

function keyView(key: AccessKeyRecord) {
  return {
    UserName: key.userName,
    AccessKeyId: key.id,
    Status: key.active ? 'Active' : 'Inactive',
    CreateDate: new Date(key.createdAt),
  };
}
