import { AwsError } from '../kernel/errors.ts';
import type { Operation, OperationInput } from '../kernel/service.ts';
import { entityKey } from './database.ts';
import {
  accessTo,
  alreadyExists,
  deleteConflict,
  existingRole,
  type IamContext,
  modifiableRole,
  noSuchEntity,
  saveEntity,
} from './iam-context.ts';
import { uniqueId } from './identifiers.ts';
import { DOCUMENT, optionalInteger, optionalText, pathOf, ROLE_NAME, requiredText, tagsOf } from './input.ts';
import { managedPolicyText } from './managed-policies.ts';
import { encodeDocument, pageOf, pathPrefix } from './paging.ts';
import { validatePolicy } from './policy/validate.ts';
import { policySize, quotaExceeded } from './quotas.ts';
import type { RoleRecord } from './records.ts';
import { shownTrustPolicy, trustedIds } from './trust.ts';

const DESCRIPTION = { max: 1000, pattern: /^[\t\n\r -~\u00A1-\u00FF]*$/ };
const DURATION = { min: 3600, max: 43_200 };

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html and its neighbours. */
export function roleOperations(iam: IamContext): Record<string, Operation> {
  return {
    CreateRole: {
      authorize: (input, { accountId }) => [
        accessTo('CreateRole', roleArn(accountId, pathOf(input), requiredText(input, 'RoleName', ROLE_NAME)), {
          requestTags: tagsOf(input),
          ...(input.PermissionsBoundary && { conditions: { 'iam:PermissionsBoundary': input.PermissionsBoundary } }),
        }),
      ],
      handle: (input, { accountId }) => ({ Role: roleView(iam, createRole(iam, accountId, input)) }),
    },
    GetRole: {
      authorize: (input, { accountId }) => [roleAccess(iam, 'GetRole', accountId, input)],
      handle: (input, { accountId }) => {
        const role = existingRole(iam, accountId, requiredText(input, 'RoleName', ROLE_NAME));
        return { Role: { ...roleView(iam, role), RoleLastUsed: {} } };
      },
    },
    ListRoles: {
      authorize: (input, { accountId }) => [
        accessTo('ListRoles', `arn:aws:iam::${accountId}:role${pathPrefix(input)}`),
      ],
      handle(input, { accountId }) {
        const roles = iam.database.roles.list(`${accountId}/`).filter(({ path }) => path.startsWith(pathPrefix(input)));
        // Lists leave tags and boundaries out.
        const views = roles.map((role) => ({
          ...roleView(iam, role),
          Tags: undefined,
          PermissionsBoundary: undefined,
        }));
        return pageOf('Roles', views, input);
      },
    },
    UpdateRole: {
      authorize: (input, { accountId }) => [roleAccess(iam, 'UpdateRole', accountId, input)],
      handle: (input, { accountId }) => {
        updateRole(iam, accountId, input);
        return {};
      },
    },
    UpdateRoleDescription: {
      authorize: (input, { accountId }) => [roleAccess(iam, 'UpdateRoleDescription', accountId, input)],
      handle: (input, { accountId }) => ({ Role: roleView(iam, updateRole(iam, accountId, input)) }),
    },
    UpdateAssumeRolePolicy: {
      authorize: (input, { accountId }) => [roleAccess(iam, 'UpdateAssumeRolePolicy', accountId, input)],
      handle: (input, { accountId }) => updateTrust(iam, accountId, input),
    },
    DeleteRole: {
      authorize: (input, { accountId }) => [roleAccess(iam, 'DeleteRole', accountId, input)],
      handle: (input, { accountId }) => deleteRole(iam, accountId, input),
    },
  };
}

/** The access request of an operation on the role that `RoleName` names, whether it exists or not. */
export function roleAccess(iam: IamContext, action: string, accountId: string, input: OperationInput) {
  const name = requiredText(input, 'RoleName', ROLE_NAME);
  const role = iam.database.roles.get(entityKey(accountId, name));
  return accessTo(action, role?.arn ?? roleArn(accountId, '/', name), { entity: role });
}

/** The ARN of a role. */
export function roleArn(accountId: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:role${path}${name}`;
}

function createRole(iam: IamContext, accountId: string, input: OperationInput): RoleRecord {
  const name = requiredText(input, 'RoleName', ROLE_NAME);
  const path = pathOf(input);
  if (path.startsWith('/aws-service-role/')) {
    throw new AwsError('ValidationError', 'Paths that start with /aws-service-role/ are reserved for AWS.');
  }
  const trust = checkedTrust(iam, requiredText(input, 'AssumeRolePolicyDocument', DOCUMENT));
  const boundary = checkedBoundary(iam, input);
  const description = optionalText(input, 'Description', DESCRIPTION);
  return storeNewRole(iam, {
    kind: 'role',
    accountId,
    name,
    path,
    arn: roleArn(accountId, path, name),
    id: uniqueId('AROA'),
    createdAt: wholeSeconds(iam),
    tags: tagsOf(input),
    inlinePolicies: {},
    attachedPolicies: [],
    maxSessionDuration: optionalInteger(input, 'MaxSessionDuration', DURATION) ?? 3600,
    ...trust,
    ...(boundary !== undefined && { permissionsBoundary: boundary }),
    ...(description !== undefined && { description }),
  });
}

/** Stores a role under a free name, within the account's quota. Throws AwsError EntityAlreadyExists or LimitExceeded. */
export function storeNewRole(iam: IamContext, role: RoleRecord): RoleRecord {
  const { database, quotas } = iam;
  const key = entityKey(role.accountId, role.name);
  if (database.roles.get(key)) throw alreadyExists(`Role with name ${role.name} already exists.`);
  // Service-linked roles do not count.
  const own = database.roles.values(`${role.accountId}/`).filter(({ path }) => !path.startsWith('/aws-service-role/'));
  if (own.length >= quotas.rolesPerAccount) throw quotaExceeded('RolesPerAccount', quotas.rolesPerAccount);
  database.roles.put(key, role, iam.newEntityDelay);
  return role;
}

/** The boundary a request names, which has to exist. Throws AwsError NoSuchEntity. */
export function checkedBoundary(iam: IamContext, input: OperationInput): string | undefined {
  const arn = optionalText(input, 'PermissionsBoundary', { min: 20, max: 2048 });
  if (arn !== undefined && managedPolicyText(iam.database, arn) === undefined) {
    throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
  }
  return arn;
}

/** IAM shows and keeps whole seconds. */
export function wholeSeconds(iam: IamContext): number {
  return Math.floor(iam.database.clock.now() / 1000) * 1000;
}

function checkedTrust(iam: IamContext, text: string): Pick<RoleRecord, 'trustPolicy' | 'trustedIds'> {
  const document = validatePolicy(text, 'trust');
  if (policySize(text) > iam.quotas.trustPolicySize) {
    throw quotaExceeded('ACLSizePerRole', iam.quotas.trustPolicySize);
  }
  return { trustPolicy: text, trustedIds: trustedIds(iam.database, document) };
}

function updateRole(iam: IamContext, accountId: string, input: OperationInput): RoleRecord {
  const role = modifiableRole(iam, accountId, requiredText(input, 'RoleName', ROLE_NAME));
  const description = optionalText(input, 'Description', DESCRIPTION);
  const duration = optionalInteger(input, 'MaxSessionDuration', DURATION);
  const updated = {
    ...role,
    ...(description !== undefined && { description }),
    ...(duration !== undefined && { maxSessionDuration: duration }),
  };
  saveEntity(iam, updated);
  return updated;
}

function updateTrust(iam: IamContext, accountId: string, input: OperationInput): undefined {
  const role = modifiableRole(iam, accountId, requiredText(input, 'RoleName', ROLE_NAME));
  saveEntity(iam, { ...role, ...checkedTrust(iam, requiredText(input, 'PolicyDocument', DOCUMENT)) });
  return undefined;
}

function deleteRole(iam: IamContext, accountId: string, input: OperationInput): undefined {
  const role = modifiableRole(iam, accountId, requiredText(input, 'RoleName', ROLE_NAME));
  if (iam.database.instanceProfiles.entries(`${accountId}/`).some(([, profile]) => profile.roleName === role.name)) {
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  if (role.attachedPolicies.length > 0) throw deleteConflict('Cannot delete entity, must detach all policies first.');
  if (Object.keys(role.inlinePolicies).length > 0) {
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  }
  iam.database.roles.delete(entityKey(accountId, role.name), iam.changeDelay());
  return undefined;
}

/** A role as IAM's answers show it. */
export function roleView(iam: IamContext, role: RoleRecord) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodeDocument(shownTrustPolicy(iam.database, role)),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    PermissionsBoundary: boundaryView(role.permissionsBoundary),
    Tags: role.tags.length > 0 ? role.tags : undefined,
  };
}

/** A permissions boundary as IAM's answers show it. */
export function boundaryView(arn: string | undefined) {
  return arn === undefined ? undefined : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn };
}
