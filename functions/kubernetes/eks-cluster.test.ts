import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../local/kube/certificates.ts';
import { closeConnections } from './connection.ts';
import { type EksCluster, eksClient } from './eks-cluster.ts';

const authority = createAuthority('kubernetes');
const own = issueCertificate(authority, { commonName: 'api', usage: ['server'], names: ['127.0.0.1'] });
const refused = new Set<string>();
const seen: string[] = [];
const server = createServer({ cert: own.certificate, key: own.key }, (request, response) => {
  const token = request.headers.authorization ?? '';
  seen.push(token);
  response.writeHead(refused.has(token) ? 401 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'Status', message: 'Unauthorized', metadata: { name: 'tenant-acme' } }));
});
let cluster: EksCluster;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cluster = {
    name: 'shared-1',
    region: 'us-east-1',
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificateAuthorityData: Buffer.from(authority.certificate).toString('base64'),
  };
});
afterAll(() => {
  closeConnections();
  server.close();
});

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'tenant-acme' };
const MINUTE = 60_000;

test('a token that the cluster does not take any more is renewed at once, once for all that are under way', async () => {
  let now = Date.UTC(2026, 10, 22, 9);
  // A second passes at each look at the clock, so that no two tokens are the same.
  const client = eksClient(cluster, credentials, { now: () => (now += 1_000) });
  await client.get(namespace);
  const old = seen.at(-1) ?? '';
  refused.add(old);
  const begun = seen.length;
  const found = await Promise.all(Array.from({ length: 5 }, () => client.get(namespace)));
  expect(found).toHaveLength(5);
  const sent = seen.slice(begun);
  expect(new Set(sent).size).toBe(2);
});

test('a new token that the cluster refuses is KubernetesUnauthorized, by the name of the role; the next try gets in with another', async () => {
  const start = Date.UTC(2026, 10, 22, 10);
  const first = eksClient(cluster, credentials, { now: () => start, who: 'arn:aws:iam::1:role/acme' });
  await first.get(namespace);
  const token = seen.at(-1) ?? '';
  refused.add(token);
  const begun = seen.length;
  await expect(first.get(namespace)).rejects.toMatchObject({
    name: 'KubernetesUnauthorized',
    message: expect.stringContaining('arn:aws:iam::1:role/acme'),
  });
  // Another token of the same second would be the same.
  expect(seen.slice(begun)).toEqual([token]);
  // Retry comes a second later at the earliest; an invocation makes its client anew.
  const second = eksClient(cluster, credentials, { now: () => start + 1_000 });
  expect(await second.get(namespace)).toMatchObject({ metadata: { name: 'tenant-acme' } });
});

test('a client that lives longer than its token renews it before it expires', async () => {
  let now = Date.UTC(2026, 10, 22, 11);
  const client = eksClient(cluster, credentials, { now: () => now });
  await client.get(namespace);
  now += 9 * MINUTE;
  await client.get(namespace);
  expect(seen.at(-1)).toBe(seen.at(-2));
  now += MINUTE;
  await client.get(namespace);
  expect(seen.at(-1)).not.toBe(seen.at(-2));
});
