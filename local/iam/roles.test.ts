import { describe, expect, it } from 'vitest';
import type { RunningCloud } from '../kernel/cloud.ts';
import { cloudWithRole, OPERATOR, policyText, testCloud, trustOf } from './test-cloud.ts';

const TRUST = trustOf('lambda.amazonaws.com');
const iam = (cloud: RunningCloud, operation: string, input: unknown = {}) =>
  cloud.call('iam', operation, input, OPERATOR);
const role = (RoleName: string, more: object = {}) => ({ RoleName, AssumeRolePolicyDocument: TRUST, ...more });

describe('roles', () => {
  it('are made, shown, listed and deleted', async () => {
    const cloud = testCloud();
    const { Role } = await iam(
      cloud,
      'CreateRole',
      role('deploy', { Path: '/ci/', Tags: [{ Key: 'team', Value: 'a' }] }),
    );
    expect(Role).toMatchObject({
      Arn: 'arn:aws:iam::111111111111:role/ci/deploy',
      Path: '/ci/',
      MaxSessionDuration: 3600,
      Tags: [{ Key: 'team', Value: 'a' }],
    });
    expect(Role.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    const shown = await iam(cloud, 'GetRole', { RoleName: 'DEPLOY' });
    expect(shown.Role.AssumeRolePolicyDocument).toContain('%22Effect%22%3A%22Allow%22');
    expect(decodeURIComponent(shown.Role.AssumeRolePolicyDocument)).toBe(TRUST);
    await iam(cloud, 'CreateRole', role('other'));
    const listed = await iam(cloud, 'ListRoles', { PathPrefix: '/ci/' });
    expect(listed).toMatchObject({ IsTruncated: false, Roles: [{ RoleName: 'deploy' }] });
    await iam(cloud, 'DeleteRole', { RoleName: 'deploy' });
    await expect(iam(cloud, 'GetRole', { RoleName: 'deploy' })).rejects.toMatchObject({
      code: 'NoSuchEntity',
      status: 404,
      message: 'The role with name deploy cannot be found.',
    });
  });

  it('belong to their account', async () => {
    const cloud = await cloudWithRole();
    const stranger = { ...OPERATOR, accountId: '222222222222', arn: 'arn:aws:iam::222222222222:root' };
    await expect(cloud.call('iam', 'GetRole', { RoleName: 'worker' }, stranger)).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
  });

  it('have one name whatever its case, and are limited in number', async () => {
    const cloud = testCloud({ quotas: { rolesPerAccount: 2 } });
    await iam(cloud, 'CreateRole', role('one'));
    await expect(iam(cloud, 'CreateRole', role('ONE'))).rejects.toMatchObject({
      code: 'EntityAlreadyExists',
      status: 409,
      message: 'Role with name ONE already exists.',
    });
    await iam(cloud, 'CreateRole', role('two'));
    await expect(iam(cloud, 'CreateRole', role('three'))).rejects.toMatchObject({
      code: 'LimitExceeded',
      message: 'Cannot exceed quota for RolesPerAccount: 2',
    });
  });

  it.each([
    [{ RoleName: 'x'.repeat(65) }, /at 'roleName' failed .* length less than or equal to 64/],
    [{ RoleName: 'a b' }, /The specified value for roleName is invalid/],
    [{ RoleName: 'a', Path: 'x' }, /at 'path' failed to satisfy constraint/],
    [{ RoleName: 'a', MaxSessionDuration: '60' }, /greater than or equal to 3600/],
    [
      { RoleName: 'a', Tags: Array.from({ length: 51 }, (_, n) => ({ Key: `${n}`, Value: '' })) },
      /less than or equal to 50/,
    ],
    [
      {
        RoleName: 'a',
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      },
      /Duplicate tag keys/,
    ],
    [
      {
        RoleName: 'a',
        AssumeRolePolicyDocument: policyText({
          Effect: 'Allow',
          Principal: '*',
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'aws:x': 'y'.repeat(2100) } },
        }),
      },
      /ACLSizePerRole: 2048/,
    ],
  ])('refuse %j', async (input, message) => {
    await expect(iam(testCloud(), 'CreateRole', { AssumeRolePolicyDocument: TRUST, ...input })).rejects.toThrow(
      message,
    );
  });

  it('cannot be deleted while anything hangs on them', async () => {
    const cloud = await cloudWithRole();
    const Admin = 'arn:aws:iam::aws:policy/AdministratorAccess';
    await iam(cloud, 'AttachRolePolicy', { RoleName: 'worker', PolicyArn: Admin });
    await iam(cloud, 'CreateInstanceProfile', { InstanceProfileName: 'p' });
    await iam(cloud, 'AddRoleToInstanceProfile', { InstanceProfileName: 'p', RoleName: 'worker' });
    const remove = () => iam(cloud, 'DeleteRole', { RoleName: 'worker' });
    await expect(remove()).rejects.toThrow('must remove roles from instance profile first');
    await iam(cloud, 'RemoveRoleFromInstanceProfile', { InstanceProfileName: 'p', RoleName: 'worker' });
    await expect(remove()).rejects.toMatchObject({
      code: 'DeleteConflict',
      status: 409,
      message: 'Cannot delete entity, must detach all policies first.',
    });
    await iam(cloud, 'DetachRolePolicy', { RoleName: 'worker', PolicyArn: Admin });
    await expect(remove()).rejects.toThrow('must delete policies first');
    await iam(cloud, 'DeleteRolePolicy', { RoleName: 'worker', PolicyName: 'send' });
    await expect(remove()).resolves.toBeUndefined();
  });

  it('page through long lists', async () => {
    const cloud = testCloud();
    for (let n = 0; n < 5; n++) await iam(cloud, 'CreateRole', role(`role-${n}`));
    const first = await iam(cloud, 'ListRoles', { MaxItems: '2' });
    const second = await iam(cloud, 'ListRoles', { MaxItems: 2, Marker: first.Marker });
    const third = await iam(cloud, 'ListRoles', { MaxItems: 2, Marker: second.Marker });
    const pages: { IsTruncated: boolean; Roles: { RoleName: string }[] }[] = [first, second, third];
    expect(pages.map(({ IsTruncated }) => IsTruncated)).toEqual([true, true, false]);
    expect(pages.flatMap(({ Roles }) => Roles.map(({ RoleName }) => RoleName))).toEqual(
      [0, 1, 2, 3, 4].map((n) => `role-${n}`),
    );
  });
});

describe('trust policies', () => {
  it('can name only who exists, and mean the one who existed then', async () => {
    const cloud = testCloud();
    const arn = 'arn:aws:iam::111111111111:role/first';
    await expect(
      iam(cloud, 'CreateRole', { RoleName: 'second', AssumeRolePolicyDocument: trustOf(arn) }),
    ).rejects.toMatchObject({
      code: 'MalformedPolicyDocument',
      message: `Invalid principal in policy: "AWS":"${arn}"`,
    });
    const { Role: first } = await iam(cloud, 'CreateRole', role('first'));
    await iam(cloud, 'CreateRole', { RoleName: 'second', AssumeRolePolicyDocument: trustOf(arn) });
    const assume = () => {
      const caller = cloud.identity.serviceRole(arn, 'lambda.amazonaws.com', 'session');
      const input = { RoleArn: 'arn:aws:iam::111111111111:role/second', RoleSessionName: 'chained' };
      return cloud.call('sts', 'AssumeRole', input, caller);
    };
    await expect(assume()).resolves.toBeDefined();
    await iam(cloud, 'DeleteRole', { RoleName: 'first' });
    await iam(cloud, 'CreateRole', role('first'));
    await expect(assume()).rejects.toMatchObject({ code: 'AccessDenied' });
    const { Role } = await iam(cloud, 'GetRole', { RoleName: 'second' });
    expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).toContain(`"AWS":["${first.RoleId}"]`);
  });
});

describe('permissions of IAM itself', () => {
  it('can demand a permissions boundary and tags of every new role', async () => {
    const cloud = await cloudWithRole();
    const { Policy } = await iam(cloud, 'CreatePolicy', {
      PolicyName: 'boundary',
      PolicyDocument: policyText({ Effect: 'Allow', Action: '*', Resource: '*' }),
    });
    const createFenced = {
      Effect: 'Allow',
      Action: 'iam:CreateRole',
      Resource: 'arn:aws:iam::*:role/tenants/*',
      Condition: {
        StringEquals: { 'iam:PermissionsBoundary': Policy.Arn, 'aws:RequestTag/managed': 'yes' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['managed'] },
      },
    };
    await iam(cloud, 'PutRolePolicy', {
      RoleName: 'worker',
      PolicyName: 'make',
      PolicyDocument: policyText(createFenced),
    });
    const worker = cloud.identity.serviceRole('arn:aws:iam::111111111111:role/worker', 'lambda.amazonaws.com', 's');
    const good = role('t1', {
      Path: '/tenants/',
      PermissionsBoundary: Policy.Arn,
      Tags: [{ Key: 'managed', Value: 'yes' }],
    });
    await expect(cloud.call('iam', 'CreateRole', good, worker)).resolves.toMatchObject({
      Role: { PermissionsBoundary: { PermissionsBoundaryArn: Policy.Arn } },
    });
    for (const bad of [
      { ...good, RoleName: 't2', PermissionsBoundary: undefined },
      { ...good, RoleName: 't2', Path: '/' },
      { ...good, RoleName: 't2', Tags: [] },
      {
        ...good,
        RoleName: 't2',
        Tags: [
          { Key: 'managed', Value: 'yes' },
          { Key: 'more', Value: '' },
        ],
      },
    ]) {
      await expect(cloud.call('iam', 'CreateRole', bad, worker)).rejects.toMatchObject({ code: 'AccessDenied' });
    }
  });
});
