import type { AccessRequest, OperationInput } from '../kernel/service.ts';
import { entityKey } from './database.ts';
import { accessTo, existingRole, existingUser, type IamContext, modifiableRole } from './iam-context.ts';
import { ROLE_NAME, requiredText, USER_NAME } from './input.ts';
import type { RoleRecord, Tag, UserRecord } from './records.ts';
import { roleArn } from './roles.ts';

/** Roles and users have policies, boundaries and tags in the same way; this is what differs. */
export interface EntityKind {
  /** As in the operations' names: "PutRolePolicy". */
  readonly noun: 'Role' | 'User';
  readonly nameMember: 'RoleName' | 'UserName';
  /** The entity the input names. Throws AwsError NoSuchEntity. */
  existing(iam: IamContext, accountId: string, input: OperationInput): RoleRecord | UserRecord;
  /** The same, for a change. Throws AwsError NoSuchEntity or UnmodifiableEntity. */
  modifiable(iam: IamContext, accountId: string, input: OperationInput): RoleRecord | UserRecord;
  /** The access request of an operation on it. */
  access(
    iam: IamContext,
    action: string,
    accountId: string,
    input: OperationInput,
    options?: { conditions?: Readonly<Record<string, string | readonly string[]>>; requestTags?: readonly Tag[] },
  ): AccessRequest;
}

export const ROLE: EntityKind = {
  noun: 'Role',
  nameMember: 'RoleName',
  existing: (iam, accountId, input) => existingRole(iam, accountId, requiredText(input, 'RoleName', ROLE_NAME)),
  modifiable: (iam, accountId, input) => modifiableRole(iam, accountId, requiredText(input, 'RoleName', ROLE_NAME)),
  access(iam, action, accountId, input, options = {}) {
    const name = requiredText(input, 'RoleName', ROLE_NAME);
    const role = iam.database.roles.get(entityKey(accountId, name));
    return accessTo(action, role?.arn ?? roleArn(accountId, '/', name), { entity: role, ...options });
  },
};

export const USER: EntityKind = {
  noun: 'User',
  nameMember: 'UserName',
  existing: (iam, accountId, input) => existingUser(iam, accountId, requiredText(input, 'UserName', USER_NAME)),
  modifiable: (iam, accountId, input) => existingUser(iam, accountId, requiredText(input, 'UserName', USER_NAME)),
  access(iam, action, accountId, input, options = {}) {
    const name = requiredText(input, 'UserName', USER_NAME);
    const user = iam.database.users.get(entityKey(accountId, name));
    return accessTo(action, user?.arn ?? `arn:aws:iam::${accountId}:user/${name}`, { entity: user, ...options });
  },
};
