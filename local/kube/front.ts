import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream';

/** The address of a cluster that stays when its API server does not: a TCP listener on 127.0.0.1. TLS passes through. */
export interface Front {
  readonly port: number;
  /** Connections that are open, those that wait for the API server among them. */
  connections(): number;
  /** When the last connection was opened or closed, by the `now` of the options. */
  lastUsed(): number;
  /** Closes the connections, too. */
  close(): Promise<void>;
}

export interface FrontOptions {
  /** Taken if it is free; else another one of the system's choice. */
  readonly preferredPort?: number | undefined;
  now(): number;
  /** Port of the API server on 127.0.0.1, when it is ready; asked for every connection. A connection that gets none is closed. */
  target(): Promise<number>;
  /** The last connection was closed. */
  onIdle?(): void;
}

/** Listens from the moment it resolves. */
export async function openFront(options: FrontOptions): Promise<Front> {
  const clients = new Set<Socket>();
  const upstreams = new Set<Socket>();
  let lastUsed = options.now();

  // A client may end its half and still wait for the answer.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    clients.add(client);
    lastUsed = options.now();
    client.once('close', () => {
      clients.delete(client);
      lastUsed = options.now();
      if (clients.size === 0) options.onIdle?.();
    });
    client.on('error', ignore);
    options.target().then(
      (port) => join(client, port),
      () => client.destroy(),
    );
  });

  function join(client: Socket, port: number): void {
    if (client.destroyed) return;
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    upstreams.add(upstream);
    upstream.once('close', () => upstreams.delete(upstream));
    upstream.on('error', ignore);
    // Each destroys both ends when one is gone.
    pipeline(client, upstream, ignore);
    pipeline(upstream, client, ignore);
  }

  const port = await listen(server, options.preferredPort);
  return {
    port,
    connections: () => clients.size,
    lastUsed: () => lastUsed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of [...clients, ...upstreams]) socket.destroy();
      }),
  };
}

/** Either end may go at any time; the other one then goes, too, and there is nothing more to be done. */
const ignore = () => undefined;

async function listen(server: Server, preferred: number | undefined): Promise<number> {
  try {
    await listenOn(server, preferred ?? 0);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (preferred === undefined || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw error;
    await listenOn(server, 0);
  }
  return (server.address() as AddressInfo).port;
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
