import { GetAccountAuthorizationDetailsCommand, IAMClient, ListInstanceProfilesCommand } from '@aws-sdk/client-iam';
import { accessRoleName } from '../../../tenancy/names.ts';
import { removeGroup, removeInstanceProfile, removePolicy, removeRole, removeUser } from './iam-removal.ts';
import { everyPage, type Leftover, orGone, type Sweeper } from './sweeper.ts';

const GONE = 'NoSuchEntity';

/** Paths of the roles that AWS services and IAM Identity Center make and keep. */
const OF_AWS = ['/aws-service-role/', '/aws-reserved/'];

/**
 * Users, groups, roles, policies and instance profiles, but not those of the baseline, of AWS services, and the role that the account
 * was born with. https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
export const iamSweeper: Sweeper = {
  service: 'iam',
  global: true,
  async list(options, { baseline }) {
    const client = new IAMClient(options);
    const pages = await everyPage(
      (Marker) =>
        client.send(
          new GetAccountAuthorizationDetailsCommand({
            Filter: ['User', 'Group', 'Role', 'LocalManagedPolicy'],
            Marker,
          }),
        ),
      (page) => [page],
      ({ Marker, IsTruncated }) => (IsTruncated ? Marker : undefined),
    );
    const profiles = await everyPage(
      (Marker) => client.send(new ListInstanceProfilesCommand({ Marker })),
      ({ InstanceProfiles }) => InstanceProfiles,
      ({ Marker, IsTruncated }) => (IsTruncated ? Marker : undefined),
    );
    const found = (kind: string, name: string | undefined, remove: () => Promise<void>): Leftover => ({
      kind,
      name: name ?? '',
      remove: () => orGone(remove(), GONE),
    });
    const own = ({ Path, RoleName = '' }: { Path?: string | undefined; RoleName?: string | undefined }) =>
      baseline.has(RoleName) || RoleName === accessRoleName || OF_AWS.some((path) => Path?.startsWith(path));
    const roles = pages.flatMap(({ RoleDetailList = [] }) => RoleDetailList).filter((role) => !own(role));
    const policies = pages.flatMap((page) => page.Policies ?? []).filter(({ Arn = '' }) => !baseline.has(Arn));
    return [
      ...profiles
        .filter(({ InstanceProfileName = '' }) => !baseline.has(InstanceProfileName))
        .map((profile) =>
          found('instance profile', profile.InstanceProfileName, () => removeInstanceProfile(client, profile)),
        ),
      ...pages
        .flatMap(({ UserDetailList = [] }) => UserDetailList)
        .map((user) => found('IAM user', user.UserName, () => removeUser(client, user))),
      ...pages
        .flatMap(({ GroupDetailList = [] }) => GroupDetailList)
        .map((group) => found('IAM group', group.GroupName, () => removeGroup(client, group))),
      ...roles.map((role) => found('IAM role', role.RoleName, () => removeRole(client, role))),
      ...policies.map((policy) => found('IAM policy', policy.Arn, () => removePolicy(client, policy))),
    ];
  },
};
