import { AwsError } from '../kernel/errors.ts';
import type { AccessRequest, Cloud } from '../kernel/service.ts';
import { entityKey, type IamDatabase } from './database.ts';
import type { IamQuotas } from './quotas.ts';
import type { ManagedPolicyRecord, PrincipalRecord, RoleRecord, Tag, UserRecord } from './records.ts';

/** What IAM's operations work with. */
export interface IamContext {
  readonly cloud: Cloud;
  readonly database: IamDatabase;
  readonly quotas: IamQuotas;
  /** Milliseconds until a new role, user or key is seen by authorisation. */
  readonly newEntityDelay: number;
  /** Milliseconds until the next change to policies is seen: between two fifths of that and all of it. */
  changeDelay(): number;
}

export function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, { status: 404 });
}

export function alreadyExists(message: string): AwsError {
  return new AwsError('EntityAlreadyExists', message, { status: 409 });
}

export function deleteConflict(message: string): AwsError {
  return new AwsError('DeleteConflict', message, { status: 409 });
}

/** The role, or AwsError NoSuchEntity. */
export function existingRole(iam: IamContext, accountId: string, name: string): RoleRecord {
  const role = iam.database.roles.get(entityKey(accountId, name));
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

/** The user, or AwsError NoSuchEntity. */
export function existingUser(iam: IamContext, accountId: string, name: string): UserRecord {
  const user = iam.database.users.get(entityKey(accountId, name));
  if (!user) throw noSuchEntity(`The user with name ${name} cannot be found.`);
  return user;
}

/** A role that may be changed by hand. Throws AwsError NoSuchEntity or UnmodifiableEntity. */
export function modifiableRole(iam: IamContext, accountId: string, name: string): RoleRecord {
  const role = existingRole(iam, accountId, name);
  if (role.path.startsWith('/aws-service-role/')) {
    throw new AwsError(
      'UnmodifiableEntity',
      `Cannot perform the operation on the protected role '${name}' - this role is only modifiable by AWS`,
    );
  }
  return role;
}

/** Stores a role or user that existed already. */
export function saveEntity(iam: IamContext, entity: RoleRecord | UserRecord): void {
  const key = entityKey(entity.accountId, entity.name);
  if (entity.kind === 'role') iam.database.roles.put(key, entity, iam.changeDelay());
  else iam.database.users.put(key, entity, iam.changeDelay());
}

/** All roles and users of an account, in no order. */
export function entitiesOf(iam: IamContext, accountId: string): (RoleRecord | UserRecord)[] {
  return [...iam.database.roles.values(`${accountId}/`), ...iam.database.users.values(`${accountId}/`)];
}

/**
 * The access request of an operation on an IAM resource, with its tags and boundary as condition keys.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagement.html
 */
export function accessTo(
  action: string,
  resource: string,
  options: {
    entity?: Pick<PrincipalRecord, 'tags' | 'permissionsBoundary'> | Pick<ManagedPolicyRecord, 'tags'> | undefined;
    requestTags?: readonly Tag[];
    conditions?: Readonly<Record<string, string | readonly string[]>>;
  } = {},
): AccessRequest {
  const conditions: Record<string, string | readonly string[]> = { ...options.conditions };
  for (const { Key, Value } of options.entity?.tags ?? []) {
    conditions[`aws:ResourceTag/${Key}`] = Value;
    conditions[`iam:ResourceTag/${Key}`] = Value;
  }
  const boundary =
    options.entity && 'permissionsBoundary' in options.entity ? options.entity.permissionsBoundary : undefined;
  if (boundary !== undefined && conditions['iam:PermissionsBoundary'] === undefined) {
    conditions['iam:PermissionsBoundary'] = boundary;
  }
  const requestTags = options.requestTags ?? [];
  for (const { Key, Value } of requestTags) conditions[`aws:RequestTag/${Key}`] = Value;
  if (requestTags.length > 0) conditions['aws:TagKeys'] = requestTags.map(({ Key }) => Key);
  return { action: `iam:${action}`, resource, conditions };
}
