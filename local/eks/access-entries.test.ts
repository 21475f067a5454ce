import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../iam/test-cloud.ts';
import { ACCOUNT, type EksTest, eksTest, MINUTE, presignedUrl, tokenOf } from './test-cluster.ts';

const refused = (code: string, text: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(text) as string }) as Error;
const POLICY = 'arn:aws:eks::aws:cluster-access-policy';

async function setup(options: Parameters<typeof eksTest>[0] = {}) {
  const test = await eksTest(options);
  await test.createActive('shared');
  const tenant = await test.role('tenant');
  const entry = (operation: string, more: object = {}) =>
    test.call(operation, { clusterName: 'shared', principalArn: tenant.arn, ...more });
  return { ...test, tenant, entry };
}

/** The answer of the cluster's token webhook. */
async function review(test: EksTest, token: string) {
  const [id] = test.planes.running;
  const request = {
    method: 'POST',
    path: `/token-review/${id}`,
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } })),
  };
  const answer = await test.service.routes?.(request);
  return JSON.parse(String(answer?.body)).status;
}

/** The answer of the cluster's authorization webhook. */
async function may(test: EksTest, user: object, resourceAttributes: object) {
  const [id] = test.planes.running;
  const answer = await test.service.routes?.({
    method: 'POST',
    path: `/access-review/${id}`,
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(JSON.stringify({ spec: { ...user, resourceAttributes } })),
  });
  return JSON.parse(String(answer?.body)).status.allowed;
}

const token = async (test: EksTest, roleArn: string, session = 'bob') =>
  tokenOf(await presignedUrl(await test.session(roleArn, session), 'shared'));

describe('access entries', () => {
  it('are created, shown, listed, changed and deleted', async () => {
    const { entry, call, tenant } = await setup();
    const { accessEntry } = await entry('CreateAccessEntry', { kubernetesGroups: ['tenant:acme:admin'] });
    expect(accessEntry).toMatchObject({
      clusterName: 'shared',
      principalArn: tenant.arn,
      kubernetesGroups: ['tenant:acme:admin'],
      username: `arn:aws:sts::${ACCOUNT}:assumed-role/tenant/{{SessionName}}`,
      type: 'STANDARD',
    });
    expect(accessEntry.accessEntryArn).toMatch(/:access-entry\/shared\/role\/111111111111\/tenant\/[0-9a-f-]{36}$/);
    expect((await entry('DescribeAccessEntry')).accessEntry).toEqual(accessEntry);
    expect((await call('ListAccessEntries', { clusterName: 'shared' })).accessEntries).toEqual([tenant.arn]);
    await entry('UpdateAccessEntry', { kubernetesGroups: ['viewers'] });
    expect((await entry('DescribeAccessEntry')).accessEntry.kubernetesGroups).toEqual(['viewers']);
    await entry('DeleteAccessEntry');
    await expect(entry('DescribeAccessEntry')).rejects.toEqual(
      refused('ResourceNotFoundException', /^The specified principalArn could not be found/),
    );
  });

  it('exist once for a principal; the same token answers again', async () => {
    const { entry } = await setup();
    const first = await entry('CreateAccessEntry', { clientRequestToken: 'a' });
    expect(await entry('CreateAccessEntry', { clientRequestToken: 'a' })).toEqual(first);
    await expect(entry('CreateAccessEntry', { clientRequestToken: 'b' })).rejects.toEqual(
      refused('ResourceInUseException', /^The specified access entry resource is already in use on this cluster\.$/),
    );
  });

  it.each([
    [
      { kubernetesGroups: ['system:masters'] },
      /^The kubernetes group name system:masters is invalid, it cannot start with system:$/,
    ],
    [{ kubernetesGroups: ['eks:admins'] }, /cannot start with eks:/],
    [{ username: 'system:admin' }, /^The username must not begin with system:$/],
    [{ username: '{{SessionName}}' }, /colon before/],
    [{ type: 'EC2_LINUX', kubernetesGroups: ['a'] }, /does not allow kubernetesGroups/],
    [
      { principalArn: `arn:aws:iam::${ACCOUNT}:role/nobody` },
      /^The specified principalArn is invalid: invalid principal\.$/,
    ],
    [{ principalArn: `arn:aws:sts::${ACCOUNT}:assumed-role/tenant/bob` }, /invalid principal/],
  ])('are refused for %o', async (more, text) => {
    const { entry } = await setup();
    await expect(entry('CreateAccessEntry', more)).rejects.toEqual(refused('InvalidParameterException', text));
  });

  it('need a cluster with authentication mode API that is ACTIVE', async () => {
    const test = await eksTest();
    const { arn } = await test.role('tenant');
    await test.createActive('old', { accessConfig: { authenticationMode: 'CONFIG_MAP' } });
    const create = (clusterName: string) => test.call('CreateAccessEntry', { clusterName, principalArn: arn });
    await expect(create('old')).rejects.toEqual(refused('InvalidRequestException', /authentication mode must be set/));
    await test.create('young');
    await expect(create('young')).rejects.toEqual(refused('InvalidRequestException', /not in ACTIVE/));
    await expect(create('none')).rejects.toEqual(refused('ResourceNotFoundException', /No cluster found/));
  });

  it('give the creator of a cluster its administration if it was asked for', async () => {
    const { createActive, call } = await eksTest();
    await createActive('mine', { accessConfig: { authenticationMode: 'API' } });
    const principalArn = OPERATOR.arn;
    expect((await call('ListAccessEntries', { clusterName: 'mine' })).accessEntries).toEqual([principalArn]);
    const { associatedAccessPolicies } = await call('ListAssociatedAccessPolicies', {
      clusterName: 'mine',
      principalArn,
    });
    expect(associatedAccessPolicies).toMatchObject([
      { policyArn: `${POLICY}/AmazonEKSClusterAdminPolicy`, accessScope: { type: 'cluster' } },
    ]);
  });
});

describe('the token review', () => {
  it('maps a role session to the username and groups of the entry, once that has taken effect', async () => {
    const test = await setup();
    const { entry, cloud, tenant } = test;
    const bearer = await token(test, tenant.arn, 'bob@example.org');
    expect(await review(test, bearer)).toMatchObject({ authenticated: false });
    await entry('CreateAccessEntry', { kubernetesGroups: ['tenant:acme:admin'] });
    expect(await review(test, bearer)).toMatchObject({ authenticated: false });
    await cloud.clock.sleep(10_000);
    expect(await review(test, bearer)).toEqual({
      authenticated: true,
      user: {
        username: `arn:aws:sts::${ACCOUNT}:assumed-role/tenant/bob-example.org`,
        uid: `aws-iam-authenticator:${ACCOUNT}:${tenant.id}`,
        groups: ['tenant:acme:admin'],
        extra: {
          arn: [`arn:aws:sts::${ACCOUNT}:assumed-role/tenant/bob@example.org`],
          canonicalArn: [tenant.arn],
          principalId: [tenant.id],
          'sigs.k8s.io/aws-iam-authenticator/principalId': [tenant.id],
          sessionName: ['bob@example.org'],
        },
      },
    });
    await entry('DeleteAccessEntry');
    expect(await review(test, bearer)).toMatchObject({ authenticated: true });
    await cloud.clock.sleep(10_000);
    expect(await review(test, bearer)).toMatchObject({ authenticated: false });
  });

  it('does not take a role of the same name that was made later', async () => {
    const test = await setup({ durations: { accessEntryPropagation: 0 } });
    await test.entry('CreateAccessEntry', { kubernetesGroups: ['g'] });
    expect(await review(test, await token(test, test.tenant.arn))).toMatchObject({ authenticated: true });
    await test.cloud.call('iam', 'DeleteRole', { RoleName: 'tenant' }, OPERATOR);
    const { arn, id } = await test.role('tenant');
    expect(arn).toBe(test.tenant.arn);
    expect(id).not.toBe(test.tenant.id);
    expect(await review(test, await token(test, arn))).toMatchObject({ authenticated: false });
  });

  it('refuses every token that STS or the authenticator would refuse', async () => {
    const test = await setup({ durations: { accessEntryPropagation: 0 } });
    await test.entry('CreateAccessEntry');
    const credentials = await test.session(test.tenant.arn);
    const url = await presignedUrl(credentials, 'shared');
    const old = new Date(Date.now() - 20 * MINUTE);
    const wrong: Record<string, string> = {
      'of another cluster': tokenOf(await presignedUrl(credentials, 'other')),
      'without a cluster': tokenOf(await presignedUrl(credentials, undefined)),
      'with another secret': tokenOf(await presignedUrl({ ...credentials, secretAccessKey: 'x' }, 'shared')),
      'for another host': tokenOf(await presignedUrl(credentials, 'shared', { host: 'sts.example.org' })),
      'for another action': tokenOf(await presignedUrl(credentials, 'shared', { action: 'GetSessionToken' })),
      'with a further parameter': tokenOf(
        await presignedUrl(credentials, 'shared', { extraQuery: { DurationSeconds: '1' } }),
      ),
      'of twenty minutes ago': tokenOf(await presignedUrl(credentials, 'shared', { signedAt: old })),
      'that lives too long': tokenOf(await presignedUrl(credentials, 'shared', { expiresIn: 3600 })),
      'with a parameter twice': tokenOf(`${url}&Action=GetCallerIdentity`),
      'without prefix': Buffer.from(url).toString('base64url'),
      'with padding': `${tokenOf(url)}=`,
      'not base64': 'k8s-aws-v1.@@@',
      'over plain http': tokenOf(url.replace('https:', 'http:')),
      'too large': tokenOf(`${url}${'x'.repeat(4096)}`),
      empty: '',
    };
    expect(await review(test, tokenOf(url))).toMatchObject({ authenticated: true });
    for (const [name, bearer] of Object.entries(wrong))
      expect(await review(test, bearer), name).toMatchObject({ authenticated: false });
  });

  it('takes a token of fourteen minutes ago although it says it expires after one', async () => {
    const test = await setup({ durations: { accessEntryPropagation: 0 } });
    await test.entry('CreateAccessEntry');
    const signedAt = new Date(Date.now() - 14 * MINUTE);
    const url = await presignedUrl(await test.session(test.tenant.arn), 'shared', { signedAt });
    expect(await review(test, tokenOf(url))).toMatchObject({ authenticated: true });
  });
});

describe('access policies', () => {
  async function withPolicy(name: string, accessScope: object) {
    const test = await setup({ durations: { accessEntryPropagation: 0 } });
    await test.entry('CreateAccessEntry');
    await test.entry('AssociateAccessPolicy', { policyArn: `${POLICY}/${name}`, accessScope });
    const { user } = await review(test, await token(test, test.tenant.arn));
    const allows = (verb: string, resource: string, namespace = '', group = '', subresource = '') =>
      may(test, user2(user), { verb, resource, namespace, group, subresource });
    return { ...test, user, allows };
  }
  /** A review names the user "user", a token review "username". */
  const user2 = ({ username, ...rest }: { username: string }) => ({ user: username, ...rest });

  it('edit in one namespace: its objects, not its roles or quota, and nothing elsewhere', async () => {
    const { allows } = await withPolicy('AmazonEKSEditPolicy', { type: 'namespace', namespaces: ['acme', 'dev-*'] });
    expect(await allows('create', 'pods', 'acme')).toBe(true);
    expect(await allows('get', 'pods', 'acme', '', 'log')).toBe(true);
    expect(await allows('get', 'secrets', 'dev-1')).toBe(true);
    expect(await allows('create', 'rolebindings', 'acme', 'rbac.authorization.k8s.io')).toBe(false);
    expect(await allows('update', 'resourcequotas', 'acme')).toBe(false);
    expect(await allows('get', 'pods', 'other')).toBe(false);
    expect(await allows('list', 'pods')).toBe(false);
    expect(await allows('list', 'nodes')).toBe(false);
  });

  it('view sees workloads, no secrets; the admin view sees everything and changes nothing', async () => {
    const view = await withPolicy('AmazonEKSViewPolicy', { type: 'cluster' });
    expect(await view.allows('list', 'deployments', 'acme', 'apps')).toBe(true);
    expect(await view.allows('list', 'secrets', 'acme')).toBe(false);
    expect(await view.allows('delete', 'pods', 'acme')).toBe(false);
    const adminView = await withPolicy('AmazonEKSAdminViewPolicy', { type: 'cluster' });
    expect(await adminView.allows('list', 'secrets', 'acme')).toBe(true);
    expect(await adminView.allows('create', 'secrets', 'acme')).toBe(false);
  });

  it('admin also manages roles; only the cluster administrator may do everything', async () => {
    const admin = await withPolicy('AmazonEKSAdminPolicy', { type: 'cluster' });
    expect(await admin.allows('create', 'rolebindings', 'acme', 'rbac.authorization.k8s.io')).toBe(true);
    expect(await admin.allows('create', 'clusterrolebindings', '', 'rbac.authorization.k8s.io')).toBe(false);
    const clusterAdmin = await withPolicy('AmazonEKSClusterAdminPolicy', { type: 'cluster' });
    expect(await clusterAdmin.allows('create', 'clusterrolebindings', '', 'rbac.authorization.k8s.io')).toBe(true);
  });

  it('are gone when disassociated, and never hold for impersonated users', async () => {
    const test = await withPolicy('AmazonEKSClusterAdminPolicy', { type: 'cluster' });
    const secrets = { verb: 'list', resource: 'secrets' };
    const { user } = test;
    expect(await may(test, { user: user.username, groups: user.groups }, secrets)).toBe(false);
    expect(await may(test, { ...user2(user), uid: '' }, secrets)).toBe(false);
    expect(await test.allows('list', 'secrets')).toBe(true);
    await test.entry('DisassociateAccessPolicy', { policyArn: `${POLICY}/AmazonEKSClusterAdminPolicy` });
    expect(await test.allows('list', 'secrets')).toBe(false);
  });

  it('are refused when unknown or without a scope that makes sense', async () => {
    const { entry } = await setup();
    await entry('CreateAccessEntry');
    const associate = (more: object) =>
      entry('AssociateAccessPolicy', { policyArn: `${POLICY}/AmazonEKSViewPolicy`, ...more });
    const invalid = refused('InvalidParameterException', /./);
    await expect(associate({ accessScope: { type: 'namespace' } })).rejects.toEqual(invalid);
    await expect(associate({ accessScope: { type: 'cluster', namespaces: ['a'] } })).rejects.toEqual(invalid);
    await expect(associate({ policyArn: `${POLICY}/Nothing`, accessScope: { type: 'cluster' } })).rejects.toEqual(
      invalid,
    );
  });
});
