import { createHash } from 'node:crypto';
import { Agent, request } from 'node:https';
import { CatalogueError } from '../../tenancy/errors.ts';

/** How to reach an API server. PEM texts; the client certificate is for clusters that know no tokens. */
export interface ClusterAddress {
  readonly server: string;
  readonly certificateAuthority: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends one request to a cluster. Throws `ClusterUnreachable` when there is no answer. */
export type Connection = (request: HttpRequest) => Promise<HttpAnswer>;

/** Longer than any single answer here should take, and well within a step's own time. */
const timeout = 15_000;

/** One pool per cluster for the life of the process: a warm Lambda reuses its TLS connections. */
const agents = new Map<string, Agent>();

/** A keep-alive connection pool to the cluster; at most 24 requests are under way at once, the others queue. */
export function connectTo(address: ClusterAddress): Connection {
  const key = createHash('sha256').update(JSON.stringify(address)).digest('hex');
  const agent = agents.get(key) ?? newAgent(address);
  agents.set(key, agent);
  return (req) => send(agent, new URL(address.server), req);
}

/** Closes all idle connections, so that a process (a test, the CLI) can end. */
export function closeConnections(): void {
  for (const agent of agents.values()) agent.destroy();
  agents.clear();
}

function newAgent(address: ClusterAddress): Agent {
  return new Agent({
    keepAlive: true,
    maxSockets: 24,
    maxFreeSockets: 24,
    ca: address.certificateAuthority,
    cert: address.clientCertificate,
    key: address.clientKey,
  });
}

function send(agent: Agent, server: URL, req: HttpRequest, fresh = false): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = server;
    const outgoing = request({
      agent,
      hostname,
      port,
      method: req.method,
      path: req.path,
      headers: headersOf(req),
      timeout,
    });
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', fail);
      incoming.on('end', () => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeout / 1000} s`)));
    outgoing.on('error', fail);
    outgoing.end(req.body);

    function fail(cause: Error & { code?: string }): void {
      // The server may close an idle connection just when we use it: not a failure of the cluster. Every request of
      // ours may be sent twice (server-side apply, dry run, read, delete by uid).
      if (!fresh && outgoing.reusedSocket && cause.code === 'ECONNRESET') {
        resolve(send(agent, server, req, true));
        return;
      }
      reject(
        new CatalogueError('ClusterUnreachable', `${req.method} ${server.origin}${req.path}: ${cause.message}`, {
          cause,
        }),
      );
    }
  });
}

function headersOf({ headers, body }: HttpRequest): Record<string, string | string[]> {
  if (body === undefined) return { ...headers };
  return { ...headers, 'content-length': String(Buffer.byteLength(body)) };
}
