import { describe, expect, it } from 'vitest';
import { may, POLICY, review, setup, token } from './test-reviews.ts';

const refused = (code: string, text: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(text) as string }) as Error;

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
