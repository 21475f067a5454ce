import { createServer, request as send } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Kubernetes, kubernetesClient } from '../../functions/kubernetes/client.ts';
import { connectTo } from '../../functions/kubernetes/connection.ts';
import { platformGroup } from '../../tenancy/workspace/names.ts';
import type { TestCluster } from './test-cluster.ts';

/**
 * What an API server may do instead of answering: `lost-answer` does what was asked for and hangs up, `stalling` does it and stops in
 * the middle of its answer, `silent` does nothing and says nothing.
 */
export type ApiFault = 'throttled' | 'failing' | 'hanging-up' | 'lost-answer' | 'unauthorized' | 'silent' | 'stalling';

/** Seconds that the API server asks for when it throttles. */
export const retryAfter = 7;

export interface FaultProxy {
  /** The platform's client, through the proxy. */
  readonly client: Kubernetes;
  /** The same, with little patience: half a second of silence is too long. */
  readonly impatient: Kubernetes;
  /** Scheme, host and port of the proxy. */
  readonly address: string;
  /** Says for each request, by its number from 0, what goes wrong with it. */
  faultOf: (request: number) => ApiFault | undefined;
  /** Requests seen until now. */
  readonly requests: () => number;
  close(): Promise<void>;
}

const STATUS: Partial<Record<ApiFault, number>> = { throttled: 429, failing: 500, unauthorized: 401 };

/** A TLS server in front of an API server that makes trouble as it is told. */
export async function startFaultProxy(cluster: TestCluster): Promise<FaultProxy> {
  const { server, certificateAuthority: ca } = cluster.address;
  const own = cluster.issue({ commonName: 'proxy', usage: ['server'], names: ['127.0.0.1'] });
  const platform = cluster.issue({ commonName: 'platform-role', organization: platformGroup, usage: ['client'] });
  let count = 0;
  const proxy = createServer({ cert: own.certificate, key: own.key }, (incoming, outgoing) => {
    const fault = state.faultOf(count++);
    const status = fault && STATUS[fault];
    if (status !== undefined) {
      const wait = status === 429 ? { 'retry-after': String(retryAfter) } : {};
      outgoing.writeHead(status, { 'content-type': 'application/json', ...wait });
      outgoing.end(JSON.stringify({ kind: 'Status', status: 'Failure', message: `made up: ${fault}`, code: status }));
      return;
    }
    if (fault === 'hanging-up') {
      incoming.socket.destroy();
      return;
    }
    if (fault === 'silent') return;
    const { host: _host, ...headers } = incoming.headers;
    const forwarded = send(
      new URL(incoming.url ?? '/', server),
      { method: incoming.method, headers, ca, cert: platform.certificate, key: platform.key },
      (answer) => {
        if (fault === 'lost-answer') {
          answer.resume();
          answer.on('end', () => incoming.socket.destroy());
          return;
        }
        if (fault === 'stalling') {
          outgoing.writeHead(answer.statusCode ?? 502, {
            'content-type': answer.headers['content-type'] ?? 'application/json',
          });
          outgoing.write('{');
          answer.resume();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forwarded.on('error', () => incoming.socket.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const connection = connectTo({ server: address, certificateAuthority: ca });
  const short = connectTo({ server: address, certificateAuthority: ca }, { silence: 500, timeLeft: () => 60_000 });
  const state: FaultProxy = {
    client: kubernetesClient(connection, async () => ({})),
    impatient: kubernetesClient(short, async () => ({})),
    address,
    faultOf: () => undefined,
    requests: () => count,
    close: () =>
      new Promise((resolve) => {
        proxy.closeAllConnections();
        proxy.close(() => resolve());
      }),
  };
  return state;
}
