import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../iam/test-cloud.ts';
import { ACCOUNT, eksTest, MINUTE, presignedUrl, tokenOf } from './test-cluster.ts';
import { POLICY, review, setup, token } from './test-reviews.ts';

const refused = (code: string, text: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(text) as string }) as Error;

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
      'with a digit too many': `${tokenOf(url.padEnd(Math.ceil(url.length / 3) * 3))}x`,
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
