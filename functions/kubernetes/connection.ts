import { createHash } from 'node:crypto';
import { type HttpMethod, IsomorphicFetchHttpLibrary, RequestContext } from '@kubernetes/client-node';
import { Agent } from 'undici';
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
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** Sends one request to a cluster. Throws `ClusterUnreachable` when there is no answer. */
export type Connection = (request: HttpRequest) => Promise<HttpAnswer>;

/** Longer than any single answer here should take, and well within a step's own time. */
const timeout = 15_000;

/** One pool per cluster for the life of the process: a warm Lambda reuses its TLS connections. */
const agents = new Map<string, Agent>();

const library = new IsomorphicFetchHttpLibrary();

/**
 * The official client's transport with a connection pool of our own: the one that its KubeConfig makes is new for each
 * request, so every call would pay a TLS handshake. At most 24 requests are under way at once, the others queue.
 */
export function connectTo(address: ClusterAddress): Connection {
  const key = createHash('sha256').update(JSON.stringify(address)).digest('hex');
  const agent = agents.get(key) ?? newAgent(address);
  agents.set(key, agent);
  return (request) => send(agent, address.server.replace(/\/$/, ''), request);
}

/** Closes all connections, so that a process (a test, the CLI) can end. */
export function closeConnections(): void {
  for (const agent of agents.values()) void agent.destroy();
  agents.clear();
}

function newAgent(address: ClusterAddress): Agent {
  return new Agent({
    connections: 24,
    keepAliveTimeout: 60_000,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connect: {
      timeout,
      ca: address.certificateAuthority,
      cert: address.clientCertificate,
      key: address.clientKey,
    },
  });
}

async function send(agent: Agent, server: string, request: HttpRequest, again = false): Promise<HttpAnswer> {
  const context = new RequestContext(`${server}${request.path}`, request.method as HttpMethod);
  for (const [name, value] of Object.entries(request.headers)) context.setHeaderParam(name, value);
  if (request.body !== undefined) context.setBody(request.body);
  context.setDispatcher(agent);
  try {
    const answer = await library.send(context).toPromise();
    return { status: answer.httpStatusCode, headers: answer.headers, text: await answer.body.text() };
  } catch (cause) {
    const reason = rootCause(cause);
    // The server may close an idle connection just when we use it: not a failure of the cluster. Every request of ours
    // may be sent twice (server-side apply, dry run, read, delete by uid).
    if (!again && (reason.code === 'UND_ERR_SOCKET' || reason.code === 'ECONNRESET')) {
      return send(agent, server, request, true);
    }
    throw new CatalogueError('ClusterUnreachable', `${request.method} ${server}${request.path}: ${reason.message}`, {
      cause,
    });
  }
}

/** fetch says "fetch failed" and hides why in its causes. */
function rootCause(error: unknown): Error & { code?: string } {
  if (!(error instanceof Error)) return new Error(String(error));
  return error.cause instanceof Error ? rootCause(error.cause) : error;
}
