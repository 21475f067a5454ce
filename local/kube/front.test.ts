import { connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { type Front, type FrontOptions, openFront } from './front.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** Answers what it got, in capitals, when the other side has ended; `hello` at once. */
async function server(): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const listening: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    void text(socket).then(
      (said) => socket.end(said.toUpperCase()),
      () => undefined,
    );
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  open.push(listening);
  return { port: (listening.address() as { port: number }).port, sockets };
}

async function front(options: Partial<FrontOptions> = {}): Promise<Front> {
  const { port } = await server();
  const made = await openFront({ now: () => 0, target: async () => port, ...options });
  open.push(made);
  return made;
}

function client(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  open.push({ close: () => socket.destroy() });
  return socket;
}

function closed(socket: Socket): Promise<unknown> {
  // Nobody hears of the end who does not read.
  socket.resume();
  return new Promise((resolve) => socket.once('close', resolve));
}

describe('the address of a cluster', () => {
  it('passes on what was said before the target was ready, and the answer after the client has ended its half', async () => {
    const { port } = await server();
    const ready = Promise.withResolvers<number>();
    const { port: address } = await front({ target: () => ready.promise });
    const socket = client(address);
    socket.end('x'.repeat(200_000));
    ready.resolve(port);
    expect(await text(socket)).toBe('X'.repeat(200_000));
  });

  it('counts connections from the first moment to the last, and says when they are over', async () => {
    let time = 1;
    const idle = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const one = await front({
      now: () => time,
      target: () => {
        asked.resolve();
        return new Promise(() => undefined);
      },
      onIdle: idle.resolve,
    });
    expect([one.connections(), one.lastUsed()]).toEqual([0, 1]);
    time = 5;
    const socket = client(one.port);
    await asked.promise;
    expect([one.connections(), one.lastUsed()]).toEqual([1, 5]);
    time = 9;
    socket.destroy();
    await one.close();
    await idle.promise;
    expect([one.connections(), one.lastUsed()]).toEqual([0, 9]);
  });

  it('ends both sides when one is gone', async () => {
    const { port, sockets } = await server();
    const one = await front({ target: async () => port });
    const first = client(one.port);
    while (sockets.length === 0) await new Promise(setImmediate);
    sockets[0]?.resetAndDestroy();
    await closed(first);
    const second = client(one.port);
    while (sockets.length === 1) await new Promise(setImmediate);
    const gone = closed(sockets[1] as Socket);
    second.resetAndDestroy();
    await gone;
  });

  it('closes a connection whose target does not come', async () => {
    const one = await front({ target: () => Promise.reject(new Error('no room')) });
    await closed(client(one.port));
    expect(one.connections()).toBe(0);
  });

  it('keeps its port if it is free, takes another one if not, and has none when it is closed', async () => {
    const first = await front();
    const second = await front({ preferredPort: first.port });
    expect(second.port).not.toBe(first.port);
    await first.close();
    const third = await front({ preferredPort: first.port });
    expect(third.port).toBe(first.port);
    await third.close();
    const refused = await new Promise<NodeJS.ErrnoException>((resolve) =>
      connect(third.port, '127.0.0.1').once('error', resolve),
    );
    expect(refused.code).toBe('ECONNREFUSED');
  });
});
