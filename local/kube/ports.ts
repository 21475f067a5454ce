import { type AddressInfo, createServer } from 'node:net';

/** A port on 127.0.0.1 that is free now: `preferred` if it is, else one of the system's choice. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await listens(preferred)) !== undefined) return preferred;
  const port = await listens(0);
  if (port === undefined)
    throw new Error('127.0.0.1 has no free port left. Stop something that listens, and try again.');
  return port;
}

function listens(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}
