import { AwsError } from '../kernel/errors.ts';
import type { Caller, Operation, OperationInput } from '../kernel/service.ts';
import { entityKey } from './database.ts';
import { accessTo, alreadyExists, deleteConflict, existingUser, type IamContext } from './iam-context.ts';
import { uniqueId } from './identifiers.ts';
import { optionalText, pathOf, requiredText, tagsOf, USER_NAME } from './input.ts';
import { pageOf, pathPrefix } from './paging.ts';
import { quotaExceeded } from './quotas.ts';
import type { UserRecord } from './records.ts';
import { boundaryView, checkedBoundary, wholeSeconds } from './roles.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html and its neighbours. */
export function userOperations(iam: IamContext): Record<string, Operation> {
  return {
    CreateUser: {
      authorize: (input, { accountId }) => [
        accessTo('CreateUser', userArn(accountId, pathOf(input), requiredText(input, 'UserName', USER_NAME)), {
          requestTags: tagsOf(input),
          ...(input.PermissionsBoundary && { conditions: { 'iam:PermissionsBoundary': input.PermissionsBoundary } }),
        }),
      ],
      handle: (input, { accountId }) => ({ User: userView(createUser(iam, accountId, input)) }),
    },
    GetUser: {
      authorize: (input, { accountId, caller }) => [
        userAccess(iam, 'GetUser', accountId, optionalUserName(input, caller) ?? ''),
      ],
      handle(input, { accountId, caller }) {
        const name = optionalUserName(input, caller);
        if (name !== undefined) return { User: userView(existingUser(iam, accountId, name)) };
        // Without a name the account itself answers for its own credentials.
        return {
          User: { UserId: accountId, Arn: `arn:aws:iam::${accountId}:root`, CreateDate: new Date(0), Path: '/' },
        };
      },
    },
    ListUsers: {
      authorize: (input, { accountId }) => [
        accessTo('ListUsers', `arn:aws:iam::${accountId}:user${pathPrefix(input)}`),
      ],
      handle(input, { accountId }) {
        const users = iam.database.users.list(`${accountId}/`).filter(({ path }) => path.startsWith(pathPrefix(input)));
        return pageOf(
          'Users',
          users.map((user) => ({ ...userView(user), Tags: undefined, PermissionsBoundary: undefined })),
          input,
        );
      },
    },
    DeleteUser: {
      authorize: (input, { accountId }) => [
        userAccess(iam, 'DeleteUser', accountId, requiredText(input, 'UserName', USER_NAME)),
      ],
      handle: (input, { accountId }) => deleteUser(iam, accountId, input),
    },
  };
}

/** The user a request is about: the one it names, or the caller. Throws AwsError ValidationError where neither is one. */
export function userNameOf(input: OperationInput, caller: Caller): string {
  const name = optionalUserName(input, caller);
  if (name === undefined) {
    throw new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials');
  }
  return name;
}

function optionalUserName(input: OperationInput, caller: Caller): string | undefined {
  const named = optionalText(input, 'UserName', USER_NAME);
  if (named !== undefined || caller.kind !== 'user') return named;
  return caller.arn.slice(caller.arn.lastIndexOf('/') + 1);
}

/** The access request of an operation on a user, whether it exists or not. */
export function userAccess(iam: IamContext, action: string, accountId: string, name: string) {
  const user = iam.database.users.get(entityKey(accountId, name));
  return accessTo(action, user?.arn ?? userArn(accountId, '/', name), { entity: user });
}

function userArn(accountId: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:user${path}${name}`;
}

function createUser(iam: IamContext, accountId: string, input: OperationInput): UserRecord {
  const { database, quotas } = iam;
  const name = requiredText(input, 'UserName', USER_NAME);
  const path = pathOf(input);
  const boundary = checkedBoundary(iam, input);
  const key = entityKey(accountId, name);
  if (database.users.get(key)) throw alreadyExists(`User with name ${name} already exists.`);
  if (database.users.values(`${accountId}/`).length >= quotas.usersPerAccount) {
    throw quotaExceeded('UsersPerAccount', quotas.usersPerAccount);
  }
  const user: UserRecord = {
    kind: 'user',
    accountId,
    name,
    path,
    arn: userArn(accountId, path, name),
    id: uniqueId('AIDA'),
    createdAt: wholeSeconds(iam),
    tags: tagsOf(input),
    inlinePolicies: {},
    attachedPolicies: [],
    ...(boundary !== undefined && { permissionsBoundary: boundary }),
  };
  database.users.put(key, user, iam.newEntityDelay);
  return user;
}

function deleteUser(iam: IamContext, accountId: string, input: OperationInput): undefined {
  const user = existingUser(iam, accountId, requiredText(input, 'UserName', USER_NAME));
  if (user.attachedPolicies.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (Object.keys(user.inlinePolicies).length > 0) {
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  }
  if (iam.database.accessKeys.values('').some((key) => key.accountId === accountId && key.userName === user.name)) {
    throw deleteConflict('Cannot delete entity, must delete access keys first.');
  }
  iam.database.users.delete(entityKey(accountId, user.name), iam.changeDelay());
  return undefined;
}

/** A user as IAM's answers show it. */
export function userView(user: UserRecord) {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: user.arn,
    CreateDate: new Date(user.createdAt),
    PermissionsBoundary: boundaryView(user.permissionsBoundary),
    Tags: user.tags.length > 0 ? user.tags : undefined,
  };
}
