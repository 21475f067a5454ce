import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { closeConnections, connectTo } from './connection.ts';

afterEach(closeConnections);

const request = { method: 'GET', path: '/readyz', headers: {} };

test('nobody listening is ClusterUnreachable, and the message says where', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await new Promise((resolve) => server.close(resolve));
  const send = connectTo({ server: `https://127.0.0.1:${port}`, certificateAuthority: '' });
  await expect(send(request)).rejects.toMatchObject({
    name: 'ClusterUnreachable',
    message: expect.stringContaining(`https://127.0.0.1:${port}/readyz`),
  });
});

test('a server that hangs up is ClusterUnreachable', async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const send = connectTo({ server: `https://127.0.0.1:${port}`, certificateAuthority: '' });
  await expect(send(request)).rejects.toMatchObject({ name: 'ClusterUnreachable' });
  await new Promise((resolve) => server.close(resolve));
});
