import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  GetAccountAuthorizationDetailsCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
  SetDefaultPolicyVersionCommand,
  SimulatePrincipalPolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../kernel/cloud.ts';
import { type Gateway, startGateway } from '../kernel/gateway.ts';
import { policyText, testCloud, trustOf } from './test-cloud.ts';

const SQS_ALL = policyText({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' });
const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

let cloud: RunningCloud;
let gateway: Gateway;
let iam: IAMClient;

const settings = (credentials: Keys) => ({
  endpoint: `http://127.0.0.1:${gateway.port}`,
  region: 'eu-west-1',
  credentials,
  maxAttempts: 1,
});
const asOperator = { accessKeyId: '111111111111', secretAccessKey: 'unchecked' };

beforeAll(async () => {
  cloud = testCloud();
  gateway = await startGateway(cloud, 0);
  iam = new IAMClient(settings(asOperator));
});

afterAll(async () => {
  iam.destroy();
  await gateway.close();
  await cloud.stop();
});

describe('IAM over HTTP', () => {
  it('keeps roles with policies and tags', async () => {
    const trust = trustOf('lambda.amazonaws.com');
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: 'wire',
        AssumeRolePolicyDocument: trust,
        MaxSessionDuration: 7200,
        Tags: [{ Key: 'team', Value: 'a' }],
      }),
    );
    expect(Role).toMatchObject({ Arn: 'arn:aws:iam::111111111111:role/wire', MaxSessionDuration: 7200 });
    expect(Role?.CreateDate?.getTime()).toBeLessThanOrEqual(cloud.clock.now());
    await iam.send(new PutRolePolicyCommand({ RoleName: 'wire', PolicyName: 'p', PolicyDocument: SQS_ALL }));
    const inline = await iam.send(new GetRolePolicyCommand({ RoleName: 'wire', PolicyName: 'p' }));
    expect(decodeURIComponent(inline.PolicyDocument ?? '')).toBe(SQS_ALL);
    await iam.send(
      new TagRoleCommand({
        RoleName: 'wire',
        Tags: [
          { Key: 'Team', Value: 'b' },
          { Key: 'x', Value: '' },
        ],
      }),
    );
    await iam.send(new UntagRoleCommand({ RoleName: 'wire', TagKeys: ['X'] }));
    const { Tags } = await iam.send(new ListRoleTagsCommand({ RoleName: 'wire' }));
    expect(Tags).toEqual([{ Key: 'Team', Value: 'b' }]);
    await expect(iam.send(new DeleteRoleCommand({ RoleName: 'wire' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
      $metadata: { httpStatusCode: 409 },
    });
    await expect(iam.send(new GetRoleCommand({ RoleName: 'nobody' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The role with name nobody cannot be found.',
    });
  });

  it('keeps managed policies and their versions', async () => {
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'versions', PolicyDocument: SQS_ALL }));
    const PolicyArn = Policy?.Arn ?? '';
    await expect(
      iam.send(new CreatePolicyCommand({ PolicyName: 'Versions', Path: '/x/', PolicyDocument: SQS_ALL })),
    ).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
    for (let n = 2; n <= 5; n++) await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: SQS_ALL }));
    const sixth = new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: SQS_ALL, SetAsDefault: true });
    await expect(iam.send(sixth)).rejects.toThrow(/can have up to 5 versions/);
    await expect(iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))).rejects.toThrow(
      'Cannot delete the default version of a policy.',
    );
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v5' }));
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    // Numbers of versions are never used twice.
    await expect(iam.send(sixth)).resolves.toMatchObject({
      PolicyVersion: { VersionId: 'v6', IsDefaultVersion: true },
    });
    await expect(iam.send(new DeletePolicyCommand({ PolicyArn }))).rejects.toThrow(/more than one version/);
  });

  it("shows AWS's own policies, which attach but do not change", async () => {
    const found = await iam.send(new GetPolicyCommand({ PolicyArn: READ_ONLY }));
    expect(found.Policy).toMatchObject({ PolicyName: 'ReadOnlyAccess', IsAttachable: true });
    const VersionId = found.Policy?.DefaultVersionId ?? '';
    const version = await iam.send(new GetPolicyVersionCommand({ PolicyArn: READ_ONLY, VersionId }));
    expect(decodeURIComponent(version.PolicyVersion?.Document ?? '')).toContain('states:Describe*');
    const { Policies = [] } = await iam.send(new ListPoliciesCommand({ Scope: 'AWS', PathPrefix: '/service-role/' }));
    expect(Policies.map(({ Arn }) => Arn)).toContain(
      'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
    );
    await expect(iam.send(new DeletePolicyCommand({ PolicyArn: READ_ONLY }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  it('lets a user in with its own key, until the key is switched off', async () => {
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: READ_ONLY }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const keys = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
    expect(keys.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    const ann = new IAMClient(settings(keys));
    await expect(ann.send(new GetUserCommand({}))).resolves.toMatchObject({ User: { UserName: 'ann' } });
    const listed = await ann.send(new ListAttachedUserPoliciesCommand({ UserName: 'ann' }));
    expect(listed.AttachedPolicies).toEqual([{ PolicyName: 'ReadOnlyAccess', PolicyArn: READ_ONLY }]);
    await expect(ann.send(new CreateUserCommand({ UserName: 'bob' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        'User: arn:aws:iam::111111111111:user/ann is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::111111111111:user/bob because no identity-based policy allows the iam:CreateUser action',
    });
    const users = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn: READ_ONLY }));
    expect(users.PolicyUsers).toMatchObject([{ UserName: 'ann' }]);
    await iam.send(new UpdateAccessKeyCommand({ UserName: 'ann', AccessKeyId: keys.accessKeyId, Status: 'Inactive' }));
    await expect(ann.send(new GetUserCommand({}))).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    ann.destroy();
  });

  it('makes service-linked roles, which only AWS may change', async () => {
    const { Role } = await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'eks.amazonaws.com' }));
    expect(Role?.Arn).toBe(
      'arn:aws:iam::111111111111:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS',
    );
    await expect(iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'eks.amazonaws.com' }))).rejects.toThrow(
      /has been taken in this account/,
    );
    await expect(iam.send(new DeleteRoleCommand({ RoleName: 'AWSServiceRoleForAmazonEKS' }))).rejects.toMatchObject({
      name: 'UnmodifiableEntityException',
    });
  });

  it('simulates policies and lists all there is', async () => {
    const simulated = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: 'arn:aws:iam::111111111111:role/wire',
        ActionNames: ['sqs:SendMessage', 'sns:Publish'],
      }),
    );
    expect(simulated.EvaluationResults?.map(({ EvalDecision }) => EvalDecision)).toEqual(['allowed', 'implicitDeny']);
    const all = await iam.send(new GetAccountAuthorizationDetailsCommand({}));
    expect(all.RoleDetailList?.find(({ RoleName }) => RoleName === 'wire')?.RolePolicyList?.[0]?.PolicyName).toBe('p');
    expect(all.UserDetailList?.map(({ UserName }) => UserName)).toEqual(['ann']);
    expect(all.Policies?.map(({ PolicyName }) => PolicyName)).toEqual(['versions']);
  });
});

describe('STS over HTTP', () => {
  it('gives credentials that sign further requests', async () => {
    const operator = new STSClient(settings(asOperator));
    await iam.send(new CreateRoleCommand({ RoleName: 'entered', AssumeRolePolicyDocument: trustOf('111111111111') }));
    const { Credentials } = await operator.send(
      new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::111111111111:role/entered', RoleSessionName: 'wire' }),
    );
    const keys = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const session = new STSClient(settings(keys));
    await expect(session.send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({
      Account: '111111111111',
      Arn: 'arn:aws:sts::111111111111:assumed-role/entered/wire',
    });
    const forged = new STSClient(settings({ ...keys, secretAccessKey: 'wrong' }));
    await expect(forged.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    });
    for (const client of [operator, session, forged]) client.destroy();
  });
});
