import { createHash } from 'node:crypto';
import { type HttpMethod, IsomorphicFetchHttpLibrary, RequestContext } from '@kubernetes/client-node';
import { Agent } from 'undici';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type Patience, startWaiting, usualPatience } from './patience.ts';

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
  /** The cluster that answered, for messages: scheme, host and port. */
  readonly server?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/**
 * Sends one request to a cluster. Throws `ClusterUnreachable` when there is no answer: the text names the address, how long
 * was waited, and where to look.
 */
export type Connection = (request: HttpRequest) => Promise<HttpAnswer>;

/** One pool per cluster for the life of the process: a warm Lambda reuses its TLS connections. */
const agents = new Map<string, Agent>();

const library = new IsomorphicFetchHttpLibrary();

/**
 * The official client's transport with a connection pool of our own: the one that its KubeConfig makes is new for each
 * request, so every call would pay a TLS handshake. At most 24 requests are under way at once, the others queue.
 */
export function connectTo(address: ClusterAddress, patience: Patience = usualPatience): Connection {
  const key = createHash('sha256').update(JSON.stringify(address)).digest('hex');
  const agent = agents.get(key) ?? newAgent(address);
  agents.set(key, agent);
  const pool = { agent, server: address.server.replace(/\/$/, '') };
  return async (request) => {
    try {
      return await send(pool, request, patience);
    } catch (error) {
      // The server may close an idle connection just when we use it: not a failure of the cluster.
      if (!BROKEN.has(rootCause(error).code ?? '') || !mayBeSentTwice(request)) throw error;
      return send(pool, request, patience);
    }
  };
}

/** Codes of a connection that ended before the answer did. */
const BROKEN: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'UND_ERR_INFO', 'ECONNRESET', 'EPIPE']);

/**
 * Whether the request does the same when an answer was lost and it is sent again: reads, server-side apply, dry runs,
 * reviews, and deletions of one very object. Not so a deletion by name (it would meet whatever got the name since) or a creation.
 */
export function mayBeSentTwice({ method, path, headers, body }: HttpRequest): boolean {
  if (method === 'GET' || path.includes('dryRun=All')) return true;
  if (method === 'PATCH') return headers['content-type'] === 'application/apply-patch+yaml';
  if (method === 'POST') return path.startsWith('/apis/authorization.k8s.io/');
  return method === 'DELETE' && body !== undefined && body.includes('"preconditions":{"uid":');
}

/** Closes all connections, so that a process (a test, the CLI) can end. */
export function closeConnections(): void {
  for (const agent of agents.values()) void agent.destroy();
  agents.clear();
}

interface Pool {
  readonly agent: Agent;
  readonly server: string;
}

/** Times are kept by `Patience`; the pool's own, by the second, would only cut in. */
function newAgent(address: ClusterAddress): Agent {
  return new Agent({
    connections: 24,
    keepAliveTimeout: 60_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: 2 * usualPatience.silence,
      ca: address.certificateAuthority,
      cert: address.clientCertificate,
      key: address.clientKey,
    },
  });
}

async function send({ agent, server }: Pool, request: HttpRequest, patience: Patience): Promise<HttpAnswer> {
  const subject = `${request.method} ${server}${request.path}`;
  const wait = startWaiting(patience);
  if (wait === undefined) throw unreachable(`${subject}: not sent, the function's time is used up. ${LOOK.slow}`);
  const context = new RequestContext(`${server}${request.path}`, request.method as HttpMethod);
  for (const [name, value] of Object.entries(request.headers)) context.setHeaderParam(name, value);
  if (request.body !== undefined) context.setBody(request.body);
  context.setDispatcher(agent);
  context.setSignal(wait.signal);
  const heard: { status?: number; bytes: number; connected: boolean } = { bytes: 0, connected: false };
  // Before anybody else hears of it: aborting ends the connection.
  wait.signal.addEventListener('abort', () => {
    heard.connected = connected(agent);
  });
  try {
    const answer = await library.send(context).toPromise();
    heard.status = answer.httpStatusCode;
    const parts: Uint8Array[] = [];
    wait.heard();
    for await (const part of answer.body.stream() ?? []) {
      parts.push(part);
      heard.bytes += part.length;
      wait.heard();
    }
    return { server, status: answer.httpStatusCode, headers: answer.headers, text: Buffer.concat(parts).toString() };
  } catch (cause) {
    if (!wait.signal.aborted) throw unreachable(`${subject}: ${rootCause(cause).message}. ${LOOK.network}`, cause);
    if (heard.status === undefined && !heard.connected)
      throw unreachable(`${subject}: no TLS connection within ${wait.silent()}. ${LOOK.network}`, cause);
    const how =
      heard.status === undefined
        ? 'no answer'
        : `its answer (HTTP ${heard.status}) stopped after ${heard.bytes} bytes and did not go on`;
    throw unreachable(`${subject}: ${how} within ${wait.silent()}. ${LOOK.slow}`, cause);
  } finally {
    wait.end();
  }
}

/** Where a person looks. */
const LOOK = {
  network:
    'Look at the status of the cluster and at its endpoint access (aws eks describe-cluster), and at routes and security groups on the way.',
  slow: "Look at the API server: GET /readyz?verbose, and the control plane's metrics and logs; it is overloaded or stuck.",
};

function unreachable(message: string, cause?: unknown): CatalogueError {
  return new CatalogueError('ClusterUnreachable', message, { cause });
}

/** Whether the pool has a connection that stands; its one origin is the cluster. */
function connected({ stats }: Agent): boolean {
  return Object.values(stats).some((each) => Number(each.connected) > 0);
}

/** fetch says "fetch failed" and hides why in its causes. */
function rootCause(error: unknown): Error & { code?: string } {
  if (!(error instanceof Error)) return new Error(String(error));
  return error.cause instanceof Error ? rootCause(error.cause) : error;
}
