import {
  DeleteAccessKeyCommand,
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DeleteInstanceProfileCommand,
  DeleteLoginProfileCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  type GroupDetail,
  type IAMClient,
  type InstanceProfile,
  ListAccessKeysCommand,
  ListEntitiesForPolicyCommand,
  type ManagedPolicyDetail,
  RemoveRoleFromInstanceProfileCommand,
  RemoveUserFromGroupCommand,
  type RoleDetail,
  type UserDetail,
} from '@aws-sdk/client-iam';
import { isError, orGone } from './sweeper.ts';

const GONE = 'NoSuchEntity';

/** Removes an instance profile, which may hold a role. */
export async function removeInstanceProfile(client: IAMClient, profile: InstanceProfile): Promise<void> {
  const { InstanceProfileName, Roles = [] } = profile;
  for (const { RoleName } of Roles)
    await orGone(client.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName })), GONE);
  await client.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
}

/** Removes a role with its policies; what it holds in instance profiles was taken out before. */
export async function removeRole(client: IAMClient, role: RoleDetail): Promise<void> {
  const { RoleName, AttachedManagedPolicies = [], RolePolicyList = [] } = role;
  for (const { PolicyArn } of AttachedManagedPolicies)
    await orGone(client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })), GONE);
  for (const { PolicyName } of RolePolicyList)
    await orGone(client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })), GONE);
  await client.send(new DeleteRoleCommand({ RoleName }));
}

/**
 * Removes a user with its keys, policies and memberships, and its password where IAM says that something is still there.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
 */
export async function removeUser(client: Pick<IAMClient, 'send'>, user: UserDetail): Promise<void> {
  const { UserName, AttachedManagedPolicies = [], UserPolicyList = [], GroupList = [] } = user;
  const { AccessKeyMetadata = [] } = await client.send(new ListAccessKeysCommand({ UserName }));
  for (const { AccessKeyId } of AccessKeyMetadata)
    await orGone(client.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId })), GONE);
  for (const { PolicyArn } of AttachedManagedPolicies)
    await orGone(client.send(new DetachUserPolicyCommand({ UserName, PolicyArn })), GONE);
  for (const { PolicyName } of UserPolicyList)
    await orGone(client.send(new DeleteUserPolicyCommand({ UserName, PolicyName })), GONE);
  for (const GroupName of GroupList)
    await orGone(client.send(new RemoveUserFromGroupCommand({ GroupName, UserName })), GONE);
  try {
    await client.send(new DeleteUserCommand({ UserName }));
  } catch (error) {
    if (!isError(error, 'DeleteConflict', 'DeleteConflictException')) throw error;
    await orGone(client.send(new DeleteLoginProfileCommand({ UserName })), GONE);
    await client.send(new DeleteUserCommand({ UserName }));
  }
}

/** Removes a group with its policies; its members were removed before. */
export async function removeGroup(client: IAMClient, group: GroupDetail): Promise<void> {
  const { GroupName, AttachedManagedPolicies = [], GroupPolicyList = [] } = group;
  for (const { PolicyArn } of AttachedManagedPolicies)
    await orGone(client.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn })), GONE);
  for (const { PolicyName } of GroupPolicyList)
    await orGone(client.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName })), GONE);
  await client.send(new DeleteGroupCommand({ GroupName }));
}

/** Removes a policy from those who keep it, such as a role that the account was born with, and then itself. */
export async function removePolicy(client: IAMClient, policy: ManagedPolicyDetail): Promise<void> {
  const { Arn: PolicyArn, PolicyVersionList = [] } = policy;
  const users = await client.send(
    new ListEntitiesForPolicyCommand({ PolicyArn, PolicyUsageFilter: 'PermissionsPolicy' }),
  );
  for (const { RoleName } of users.PolicyRoles ?? [])
    await orGone(client.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })), GONE);
  for (const { UserName } of users.PolicyUsers ?? [])
    await orGone(client.send(new DetachUserPolicyCommand({ UserName, PolicyArn })), GONE);
  for (const { VersionId, IsDefaultVersion } of PolicyVersionList)
    if (!IsDefaultVersion) await orGone(client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId })), GONE);
  await client.send(new DeletePolicyCommand({ PolicyArn }));
}
