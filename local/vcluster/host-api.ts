import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { text } from 'node:stream/consumers';

/** An answer of the host cluster's API server that is no success. */
export class HostApiError extends Error {
  override readonly name = 'HostApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the local cloud does to objects of a host cluster, in place of the components that a real one has. Paths start with /api. */
export interface HostApi {
  /** `undefined` if there is no such object. Throws {@link HostApiError} for every other refusal; so do the others. */
  get<T>(path: string): Promise<T | undefined>;
  list<T>(path: string): Promise<{ items: T[]; resourceVersion: string }>;
  create<T>(path: string, body: unknown): Promise<T>;
  /**
   * Server-side apply of an object under its own path, as the field manager; fields of another manager are refused (409). A POST of a kind
   * that is younger than two seconds waits for these in the server, this does not.
   * https://kubernetes.io/docs/reference/using-api/server-side-apply/
   */
  apply<T>(path: string, body: unknown, fieldManager: string): Promise<T>;
  /** JSON merge patch. `undefined` if the object is gone. */
  patch<T>(path: string, body: unknown): Promise<T | undefined>;
  /** An object that is gone is a success. */
  remove(path: string, options?: unknown): Promise<void>;
  /** Calls `changed` for every change after the version, until the stream ends; rejects when it ends with an error. */
  watch(path: string, resourceVersion: string, changed: () => void, signal: AbortSignal): Promise<void>;
  close(): void;
}

interface Kubeconfig {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
}

const JSON_TYPE = 'application/json';
const MERGE_PATCH = 'application/merge-patch+json';
const APPLY_PATCH = 'application/apply-patch+yaml';
const PATIENCE = 30_000;

/** Talks to the cluster of one of our own kubeconfigs (JSON, client certificate); with `through`, over this address of it. */
export function hostApi(kubeconfigPath: string, through?: string): HostApi {
  const config = JSON.parse(readFileSync(kubeconfigPath, 'utf8')) as Kubeconfig;
  const { cluster } = config.clusters[0];
  const server = through ?? cluster.server;
  const { user } = config.users[0];
  const agent = new Agent({
    keepAlive: true,
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  });
  const send = (method: string, path: string, body?: unknown, type = JSON_TYPE) =>
    call(`${server}${path}`, { method, agent, timeout: PATIENCE, headers: { 'content-type': type } }, body);

  return {
    get: async <T>(path: string) => parse<T>(await send('GET', path)),
    async list<T>(path: string) {
      const answer = parse<{ items: T[]; metadata: { resourceVersion: string } }>(await send('GET', path));
      if (!answer) throw new HostApiError(404, `There is no ${path}`);
      return { items: answer.items, resourceVersion: answer.metadata.resourceVersion };
    },
    async create<T>(path: string, body: unknown) {
      const created = parse<T>(await send('POST', path, body));
      if (!created) throw new HostApiError(404, `There is no ${path}`);
      return created;
    },
    async apply<T>(path: string, body: unknown, fieldManager: string) {
      const applied = parse<T>(await send('PATCH', `${path}?fieldManager=${fieldManager}`, body, APPLY_PATCH));
      if (!applied) throw new HostApiError(404, `There is no ${path}`);
      return applied;
    },
    patch: async <T>(path: string, body: unknown) => parse<T>(await send('PATCH', path, body, MERGE_PATCH)),
    remove: async (path, options) => void parse(await send('DELETE', path, options)),
    async watch(path, resourceVersion, changed, signal) {
      const url = `${server}${path}${path.includes('?') ? '&' : '?'}watch=1&resourceVersion=${resourceVersion}`;
      const incoming = await open(url, { method: 'GET', agent, signal }, undefined);
      if (incoming.statusCode !== 200) throw new HostApiError(incoming.statusCode ?? 0, await text(incoming));
      // What changed is of no interest: whoever watches looks at the whole.
      for await (const _ of incoming) changed();
    },
    close: () => agent.destroy(),
  };
}

async function call(url: string, options: RequestOptions, body: unknown): Promise<{ status: number; body: string }> {
  const incoming = await open(url, options, body);
  return { status: incoming.statusCode ?? 0, body: await text(incoming) };
}

function open(url: string, options: RequestOptions, body: unknown): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const outgoing = request(url, options, resolve);
    // Node gives the body of a DELETE no length by itself, and the server would not read it.
    outgoing.setHeader('content-length', Buffer.byteLength(text));
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url} did not answer within ${PATIENCE / 1000} s`)));
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

function parse<T>(answer: { status: number; body: string }): T | undefined {
  if (answer.status === 404) return undefined;
  const value = JSON.parse(answer.body) as T & { message?: string };
  if (answer.status >= 300) throw new HostApiError(answer.status, value.message ?? answer.body);
  return value;
}

function decode(data: string): string {
  return Buffer.from(data, 'base64').toString('utf8');
}
