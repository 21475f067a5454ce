import { expect, test } from 'vitest';
import { memoryKubernetes } from '../kubernetes/memory-kubernetes.ts';
import { tenantKubeconfig, tenantToken } from './tenant-access.ts';

const address = { server: 'https://192.0.2.7:443', certificateAuthority: 'CA', clientKey: 'the administrator’s key' };

test('the tenant’s kubeconfig holds its token, and nothing of the administrator’s', () => {
  const text = tenantKubeconfig('acme', address, { token: 'secret-token', expires: '2026-11-22T07:00:00Z' });
  expect(JSON.parse(text)).toMatchObject({
    clusters: [{ cluster: { server: 'https://192.0.2.7:443', 'certificate-authority-data': 'Q0E=' } }],
    users: [{ user: { token: 'secret-token' } }],
  });
  expect(text).not.toContain('administrator');
});

test('a token is asked for with its life; a refusal is a named error', async () => {
  const administrator = memoryKubernetes();
  administrator.answer = async ({ body }) => {
    expect(body).toMatchObject({ kind: 'TokenRequest', spec: { expirationSeconds: 600 } });
    return { status: 201, body: { status: { token: 't', expirationTimestamp: '2026-11-22T07:00:00Z' } } };
  };
  expect(await tenantToken(administrator, 600)).toEqual({ token: 't', expires: '2026-11-22T07:00:00Z' });
  administrator.answer = async () => ({ status: 403, body: { message: 'no' } });
  await expect(tenantToken(administrator, 600)).rejects.toMatchObject({ name: 'KubernetesForbidden' });
});
