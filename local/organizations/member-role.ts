import { AwsError } from '../kernel/errors.ts';
import type { Caller, Cloud } from '../kernel/service.ts';

/**
 * The role that a new member account is born with: an administrator who trusts the management account. Making it again
 * changes nothing. Throws the error of IAM.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access-cross-account-role.html
 */
export async function ensureMemberRole(
  cloud: Cloud,
  accountId: string,
  roleName: string,
  managementAccountId: string,
): Promise<void> {
  if (!cloud.has('iam')) return;
  const owner: Caller = { kind: 'administrator', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId };
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${managementAccountId}:root` },
        Action: 'sts:AssumeRole',
      },
    ],
  };
  try {
    await cloud.call(
      'iam',
      'CreateRole',
      { RoleName: roleName, AssumeRolePolicyDocument: JSON.stringify(trust) },
      owner,
    );
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'EntityAlreadyExists')) throw error;
  }
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  };
  await cloud.call(
    'iam',
    'PutRolePolicy',
    { RoleName: roleName, PolicyName: 'AdministratorAccess', PolicyDocument: JSON.stringify(policy) },
    owner,
  );
}
