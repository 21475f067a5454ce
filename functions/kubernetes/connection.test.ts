import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '../../local/kube/certificates.ts';
import { closeConnections, connectTo, type HttpRequest, mayBeSentTwice } from './connection.ts';

const authority = createAuthority('kubernetes');
const own = issueCertificate(authority, { commonName: 'api', usage: ['server'], names: ['127.0.0.1'] });
const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(async () => {
  closeConnections();
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

const request: HttpRequest = { method: 'GET', path: '/readyz', headers: {} };
const never = () => Number.POSITIVE_INFINITY;

async function listening(server: Server): Promise<string> {
  servers.push(server);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Where a TLS server answers like that. It is connected to already: what follows measures no handshake. */
async function api(answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Promise<string> {
  const server = createTlsServer({ cert: own.certificate, key: own.key }, (incoming, outgoing) => {
    if (incoming.url === '/warm') outgoing.end();
    else answer(incoming, outgoing);
  });
  const address = await listening(server);
  await connection(address)({ ...request, path: '/warm' });
  return address;
}

function connection(server: string, silence = 15_000, timeLeft = never) {
  return connectTo({ server, certificateAuthority: authority.certificate }, { silence, timeLeft });
}

test('nobody listening is ClusterUnreachable, and the message says where', async () => {
  const address = await listening(createServer());
  await new Promise((resolve) => servers.pop()?.close(resolve));
  await expect(connection(address)(request)).rejects.toMatchObject({
    name: 'ClusterUnreachable',
    message: expect.stringMatching(new RegExp(`^GET ${address}/readyz: connect ECONNREFUSED .*endpoint access`)),
  });
});

test('a server that hangs up is ClusterUnreachable', async () => {
  const address = await listening(createServer((socket) => socket.destroy()));
  await expect(connection(address)(request)).rejects.toMatchObject({ name: 'ClusterUnreachable' });
});

describe('a server that is slow: ClusterUnreachable names the address, how long was waited, and where to look', () => {
  const failure = async (address: string, silence: number, timeLeft = never) => {
    const error = await connection(address, silence, timeLeft)(request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ClusterUnreachable' });
    return (error as Error).message.replace(address, 'ADDRESS');
  };

  test('it accepts the connection and says nothing', async () => {
    expect(await failure(await listening(createServer(() => undefined)), 100)).toMatch(
      /^GET ADDRESS\/readyz: no TLS connection within 0\.1 s\. Look at .*endpoint access/,
    );
  });

  test('its answer does not begin', async () => {
    expect(await failure(await api(() => undefined), 150)).toMatch(
      /^GET ADDRESS\/readyz: no answer within 0\.\d s\. Look at the API server: GET \/readyz/,
    );
  });

  test('its answer stops in the middle', async () => {
    const address = await api((_, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      outgoing.write('{"items":[');
    });
    expect(await failure(address, 150)).toMatch(
      /^GET ADDRESS\/readyz: its answer \(HTTP 200\) stopped after 10 bytes and did not go on within 0\.\d s\. Look at/,
    );
  });

  test('the function’s time ends before the patience: a little is kept to say so', async () => {
    const left = 2_120;
    expect(await failure(await api(() => undefined), 60_000, () => left)).toContain(
      "no answer within 0.1 s, all that was left of the function's time.",
    );
  });

  test('the answers before used the time up: nothing is sent any more', async () => {
    let requests = 0;
    const address = await api(() => requests++);
    expect(await failure(address, 60_000, () => 1_500)).toContain('not sent');
    expect(requests).toBe(0);
  });

  test('one that keeps sending, however slowly, is heard to the end', async () => {
    const address = await api((_, outgoing) => {
      outgoing.writeHead(200, { 'content-type': 'application/json' });
      let parts = 0;
      const timer = setInterval(() => {
        outgoing.write(' ');
        if (++parts < 6) return;
        clearInterval(timer);
        outgoing.end('{}');
      }, 120);
    });
    const answer = await connection(address, 500)(request);
    expect(answer).toMatchObject({ server: address, status: 200, text: '      {}' });
  });
});

describe('a connection that breaks before the answer', () => {
  const uid = JSON.stringify({ preconditions: { uid: 'u' } });
  const apply = { 'content-type': 'application/apply-patch+yaml' };
  const merge = { 'content-type': 'application/merge-patch+json' };
  test.each<[string, Partial<HttpRequest>, boolean]>([
    ['a read', { method: 'GET' }, true],
    ['server-side apply', { method: 'PATCH', headers: apply, body: '{}' }, true],
    ['another patch', { method: 'PATCH', headers: merge, body: '{}' }, false],
    ['a creation', { method: 'POST', path: '/api/v1/namespaces', body: '{}' }, false],
    ['a dry run of it', { method: 'POST', path: '/api/v1/namespaces?dryRun=All', body: '{}' }, true],
    ['a review', { method: 'POST', path: '/apis/authorization.k8s.io/v1/subjectaccessreviews', body: '{}' }, true],
    ['a token', { method: 'POST', path: '/api/v1/namespaces/a/serviceaccounts/b/token', body: '{}' }, false],
    ['a deletion by name', { method: 'DELETE', body: '{}' }, false],
    ['a deletion of one very object', { method: 'DELETE', body: uid }, true],
  ])('%s', async (_, part, twice) => {
    const wanted = { ...request, ...part };
    expect(mayBeSentTwice(wanted)).toBe(twice);
    let requests = 0;
    const address = await api((incoming, outgoing) => {
      requests++;
      if (requests === 1) incoming.socket.destroy();
      else outgoing.end('{}');
    });
    const answer = connection(address)(wanted);
    if (twice) await expect(answer).resolves.toMatchObject({ status: 200 });
    else await expect(answer).rejects.toMatchObject({ name: 'ClusterUnreachable' });
    expect(requests).toBe(twice ? 2 : 1);
  });
});
