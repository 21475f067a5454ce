import type { Operation, OperationInput } from '../kernel/service.ts';
import { alreadyExists, entitiesOf, type IamContext, noSuchEntity } from './iam-context.ts';
import { requiredText, textList } from './input.ts';
import { profilesIn, profileView } from './instance-profiles.ts';
import { policiesIn, policyView } from './managed-policies.ts';
import { encodeDocument, page } from './paging.ts';
import type { PrincipalRecord, RoleRecord } from './records.ts';
import { roleView } from './roles.ts';
import { userView } from './users.ts';

const ALIAS = { min: 3, max: 63, pattern: /^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$/ };

/** What concerns the account as a whole. */
export function accountOperations(iam: IamContext): Record<string, Operation> {
  const { accountAliases } = iam.database;
  return {
    CreateAccountAlias: {
      handle(input, { accountId }) {
        const alias = requiredText(input, 'AccountAlias', ALIAS);
        const holder = accountAliases.entries().find(([, taken]) => taken === alias)?.[0];
        if (holder !== undefined && holder !== accountId) {
          throw alreadyExists(`The account alias ${alias} already exists.`);
        }
        // An account has one alias; a new one takes its place.
        accountAliases.put(accountId, alias);
        return undefined;
      },
    },
    DeleteAccountAlias: {
      handle(input, { accountId }) {
        const alias = requiredText(input, 'AccountAlias', ALIAS);
        if (accountAliases.get(accountId) !== alias) {
          throw noSuchEntity(`The account alias ${alias} cannot be found.`);
        }
        accountAliases.delete(accountId);
        return undefined;
      },
    },
    ListAccountAliases: {
      handle(_input, { accountId }) {
        const alias = accountAliases.get(accountId);
        return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false };
      },
    },
    GetAccountSummary: { handle: (_input, { accountId }) => ({ SummaryMap: summary(iam, accountId) }) },
    GetAccountAuthorizationDetails: {
      handle: (input, { accountId }) => authorizationDetails(iam, accountId, input),
    },
  };
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html */
function summary(iam: IamContext, accountId: string): Map<string, number> {
  const { quotas, database } = iam;
  const entities = entitiesOf(iam, accountId);
  const policies = policiesIn(iam, accountId);
  // A Map, since the keys are data and not members.
  return new Map(
    Object.entries({
      Users: entities.filter(({ kind }) => kind === 'user').length,
      UsersQuota: quotas.usersPerAccount,
      Groups: 0,
      Roles: entities.filter(({ kind }) => kind === 'role').length,
      RolesQuota: quotas.rolesPerAccount,
      Policies: policies.length,
      PoliciesQuota: quotas.policiesPerAccount,
      PolicyVersionsInUse: policies.reduce((sum, { versions }) => sum + versions.length, 0),
      VersionsPerPolicyQuota: quotas.versionsPerPolicy,
      PolicySizeQuota: quotas.managedPolicySize,
      AssumeRolePolicySizeQuota: quotas.trustPolicySize,
      RolePolicySizeQuota: quotas.inlinePoliciesSizeOfRole,
      UserPolicySizeQuota: quotas.inlinePoliciesSizeOfUser,
      AttachedPoliciesPerRoleQuota: quotas.attachedPolicies,
      AttachedPoliciesPerUserQuota: quotas.attachedPolicies,
      AccessKeysPerUserQuota: quotas.accessKeysPerUser,
      InstanceProfiles: database.instanceProfiles.entries(`${accountId}/`).length,
      InstanceProfilesQuota: quotas.instanceProfilesPerAccount,
      AccountMFAEnabled: 0,
      AccountAccessKeysPresent: 0,
    }),
  );
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html */
function authorizationDetails(iam: IamContext, accountId: string, input: OperationInput) {
  const filter = textList(input, 'Filter');
  const wanted = (kind: string) => filter.length === 0 || filter.includes(kind);
  const all = [
    ...(wanted('User') || wanted('Role') ? entitiesOf(iam, accountId).sort((a, b) => (a.arn < b.arn ? -1 : 1)) : []),
    ...(wanted('LocalManagedPolicy') ? policiesIn(iam, accountId) : []),
  ];
  const { items, ...rest } = page(all, input);
  const users = items.flatMap((item) => ('kind' in item && item.kind === 'user' && wanted('User') ? [item] : []));
  const roles = items.flatMap((item) => ('kind' in item && item.kind === 'role' && wanted('Role') ? [item] : []));
  const policies = items.flatMap((item) => ('versions' in item ? [item] : []));
  return {
    UserDetailList: users.map((user) => ({
      ...userView(user),
      UserPolicyList: inlineViews(user),
      GroupList: [],
      AttachedManagedPolicies: attachedViews(user),
    })),
    GroupDetailList: [],
    RoleDetailList: roles.map((role) => ({
      ...roleDetail(iam, role),
      InstanceProfileList: profilesIn(iam, accountId)
        .filter(({ roleName }) => roleName === role.name)
        .map((profile) => profileView(iam, profile)),
      RolePolicyList: inlineViews(role),
      AttachedManagedPolicies: attachedViews(role),
      RoleLastUsed: {},
    })),
    Policies: policies.map((policy) => ({
      ...policyView(iam, policy, accountId),
      PolicyVersionList: policy.versions.map((version) => ({
        Document: encodeDocument(version.document),
        VersionId: version.id,
        IsDefaultVersion: version.id === policy.defaultVersionId,
        CreateDate: new Date(version.createdAt),
      })),
    })),
    ...rest,
  };
}

/** RoleDetail has neither. https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleDetail.html */
function roleDetail(iam: IamContext, role: RoleRecord) {
  const { Description: _description, MaxSessionDuration: _duration, ...detail } = roleView(iam, role);
  return detail;
}

function inlineViews(entity: PrincipalRecord) {
  return Object.entries(entity.inlinePolicies).map(([name, text]) => ({
    PolicyName: name,
    PolicyDocument: encodeDocument(text),
  }));
}

function attachedViews(entity: PrincipalRecord) {
  return entity.attachedPolicies.map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }));
}
