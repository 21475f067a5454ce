import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { entityKey } from './database.ts';
import { accessTo, alreadyExists, deleteConflict, existingRole, type IamContext, noSuchEntity } from './iam-context.ts';
import { uniqueId } from './identifiers.ts';
import { PROFILE_NAME, pathOf, ROLE_NAME, requiredText, tagsOf } from './input.ts';
import { pageOf, pathPrefix } from './paging.ts';
import { passRole } from './pass-role.ts';
import { quotaExceeded } from './quotas.ts';
import type { InstanceProfileRecord } from './records.ts';
import { roleArn, roleView, wholeSeconds } from './roles.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html and its neighbours. */
export function instanceProfileOperations(iam: IamContext): Record<string, Operation> {
  const { instanceProfiles } = iam.database;
  const named = (action: string, handle: Operation['handle']): Operation => ({
    authorize: (input, { accountId }) => [profileAccess(iam, action, accountId, input)],
    handle,
  });
  return {
    CreateInstanceProfile: {
      authorize: (input, { accountId }) => [
        accessTo('CreateInstanceProfile', profileArn(accountId, pathOf(input), nameOf(input)), {
          requestTags: tagsOf(input),
        }),
      ],
      handle: (input, { accountId }) => ({ InstanceProfile: profileView(iam, create(iam, accountId, input)) }),
    },
    GetInstanceProfile: named('GetInstanceProfile', (input, { accountId }) => ({
      InstanceProfile: profileView(iam, existingProfile(iam, accountId, nameOf(input))),
    })),
    DeleteInstanceProfile: named('DeleteInstanceProfile', (input, { accountId }) => {
      const profile = existingProfile(iam, accountId, nameOf(input));
      if (profile.roleName !== undefined) {
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
      }
      instanceProfiles.delete(entityKey(accountId, profile.name));
      return undefined;
    }),
    ListInstanceProfiles: {
      authorize: (input, { accountId }) => [
        accessTo('ListInstanceProfiles', `arn:aws:iam::${accountId}:instance-profile${pathPrefix(input)}`),
      ],
      handle(input, { accountId }) {
        const shown = profilesIn(iam, accountId).filter(({ path }) => path.startsWith(pathPrefix(input)));
        const views = shown.map((profile) => ({ ...profileView(iam, profile), Tags: undefined }));
        return pageOf('InstanceProfiles', views, input);
      },
    },
    ListInstanceProfilesForRole: {
      authorize: (input, { accountId }) => [
        accessTo('ListInstanceProfilesForRole', roleArn(accountId, '/', requiredText(input, 'RoleName', ROLE_NAME))),
      ],
      handle(input, { accountId }) {
        const role = existingRole(iam, accountId, requiredText(input, 'RoleName', ROLE_NAME));
        const shown = profilesIn(iam, accountId).filter(({ roleName }) => roleName === role.name);
        return pageOf(
          'InstanceProfiles',
          shown.map((profile) => profileView(iam, profile)),
          input,
        );
      },
    },
    AddRoleToInstanceProfile: {
      authorize: (input, { accountId }) => [
        profileAccess(iam, 'AddRoleToInstanceProfile', accountId, input),
        passRole(existingRoleArn(iam, accountId, input), 'ec2.amazonaws.com'),
      ],
      handle: (input, { accountId }) => addRole(iam, accountId, input),
    },
    RemoveRoleFromInstanceProfile: named('RemoveRoleFromInstanceProfile', (input, { accountId }) => {
      const { roleName, ...profile } = existingProfile(iam, accountId, nameOf(input));
      const role = existingRole(iam, accountId, requiredText(input, 'RoleName', ROLE_NAME));
      if (roleName !== role.name) throw noSuchEntity(`The role with name ${role.name} cannot be found.`);
      instanceProfiles.put(entityKey(accountId, profile.name), profile);
      return undefined;
    }),
  };
}

/** The ARN of an instance profile. */
export function profileArn(accountId: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:instance-profile${path}${name}`;
}

/** The instance profile, or AwsError NoSuchEntity. */
export function existingProfile(iam: IamContext, accountId: string, name: string): InstanceProfileRecord {
  const profile = iam.database.instanceProfiles.get(entityKey(accountId, name));
  if (!profile) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return profile;
}

/** All instance profiles of an account. */
export function profilesIn(iam: IamContext, accountId: string): InstanceProfileRecord[] {
  return iam.database.instanceProfiles.entries(`${accountId}/`).map(([, profile]) => profile);
}

function nameOf(input: OperationInput): string {
  return requiredText(input, 'InstanceProfileName', PROFILE_NAME);
}

function profileAccess(iam: IamContext, action: string, accountId: string, input: OperationInput) {
  const profile = iam.database.instanceProfiles.get(entityKey(accountId, nameOf(input)));
  return accessTo(action, profile?.arn ?? profileArn(accountId, '/', nameOf(input)), { entity: profile });
}

function existingRoleArn(iam: IamContext, accountId: string, input: OperationInput): string {
  const name = requiredText(input, 'RoleName', ROLE_NAME);
  return iam.database.roles.get(entityKey(accountId, name))?.arn ?? roleArn(accountId, '/', name);
}

function create(iam: IamContext, accountId: string, input: OperationInput): InstanceProfileRecord {
  const { database, quotas } = iam;
  const name = nameOf(input);
  const path = pathOf(input);
  const key = entityKey(accountId, name);
  if (database.instanceProfiles.get(key)) throw alreadyExists(`Instance Profile ${name} already exists.`);
  if (profilesIn(iam, accountId).length >= quotas.instanceProfilesPerAccount) {
    throw quotaExceeded('InstanceProfilesPerAccount', quotas.instanceProfilesPerAccount);
  }
  const profile: InstanceProfileRecord = {
    accountId,
    name,
    path,
    arn: profileArn(accountId, path, name),
    id: uniqueId('AIPA'),
    createdAt: wholeSeconds(iam),
    tags: tagsOf(input),
  };
  database.instanceProfiles.put(key, profile);
  return profile;
}

function addRole(iam: IamContext, accountId: string, input: OperationInput): undefined {
  const profile = existingProfile(iam, accountId, nameOf(input));
  const role = existingRole(iam, accountId, requiredText(input, 'RoleName', ROLE_NAME));
  // A profile holds one role, and that cannot be raised.
  if (profile.roleName !== undefined) throw quotaExceeded('InstanceSessionsPerInstanceProfile', 1);
  if (role.path.startsWith('/aws-service-role/')) {
    throw new AwsError(
      'UnmodifiableEntity',
      `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`,
    );
  }
  iam.database.instanceProfiles.put(entityKey(accountId, profile.name), { ...profile, roleName: role.name });
  return undefined;
}

/** An instance profile as IAM's answers show it. */
export function profileView(iam: IamContext, profile: InstanceProfileRecord) {
  const role =
    profile.roleName === undefined ? undefined : iam.database.roles.get(entityKey(profile.accountId, profile.roleName));
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: new Date(profile.createdAt),
    Roles: role ? [roleView(iam, role)] : [],
    Tags: profile.tags.length > 0 ? profile.tags : undefined,
  };
}
