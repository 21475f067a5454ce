import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeAssets } from './assets.ts';
import { createAuthority, issueCertificate } from './certificates.ts';
import { type Child, startChild } from './child.ts';
import { probe, waitUntilReady } from './https-probe.ts';
import { freePort } from './ports.ts';
import { writeSecret } from './secret-file.ts';

/** The one etcd that all local clusters share, each under a key prefix of its own. */
export interface Etcd {
  readonly child: Child;
  readonly endpoint: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Deletes every key that starts with `prefix`. */
  deletePrefix(prefix: string): Promise<void>;
}

const START_PATIENCE = 60_000;

/**
 * Starts etcd on a free port of 127.0.0.1. Only holders of the client certificate made here can talk to it: it contains
 * the secrets of every cluster. Writes are not synced to disk: they survive the end of any process, not a power cut.
 */
export async function startEtcd(folder: string, processes: string, assets: KubeAssets): Promise<Etcd> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = createAuthority('etcd');
  const server = issueCertificate(authority, { commonName: 'etcd', usage: ['server', 'client'], names: ['127.0.0.1'] });
  const client = issueCertificate(authority, { commonName: 'kube-apiserver', usage: ['client'] });
  const file = (name: string, content: string) => writeSecret(join(folder, name), content);
  const caFile = file('ca.crt', authority.certificate);
  const certFile = file('client.crt', client.certificate);
  const keyFile = file('client.key', client.key);
  const endpoint = `https://127.0.0.1:${await freePort()}`;
  const child = startChild({
    name: 'etcd',
    command: assets.etcd,
    arguments: etcdFlags(folder, endpoint, {
      peer: `http://127.0.0.1:${await freePort()}`,
      caFile,
      certFile: file('server.crt', server.certificate),
      keyFile: file('server.key', server.key),
    }),
    environment: { GOGC: '50' },
    logFile: join(folder, 'etcd.log'),
    recordFile: join(processes, 'etcd.json'),
    exitsWithStdin: assets.exitsWithStdin,
  });
  const tls = { ca: authority.certificate, cert: client.certificate, key: client.key };
  await waitUntilReady(child, `${endpoint}/readyz`, tls, START_PATIENCE);
  return {
    child,
    endpoint,
    caFile,
    certFile,
    keyFile,
    async deletePrefix(prefix) {
      // etcd's own JSON gateway: https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/
      const answer = await probe(`${endpoint}/v3/kv/deleterange`, tls, {
        method: 'POST',
        body: JSON.stringify({ key: base64(prefix), range_end: base64(prefixEnd(prefix)) }),
      });
      if (answer.status !== 200) throw new Error(`etcd did not delete ${prefix}: ${answer.status} ${answer.body}`);
    },
  };
}

/** A single member elects itself; the short timeout only makes that quick. */
function etcdFlags(
  folder: string,
  endpoint: string,
  files: { peer: string; caFile: string; certFile: string; keyFile: string },
): string[] {
  return [
    '--name=local',
    `--data-dir=${join(folder, 'data')}`,
    `--listen-client-urls=${endpoint}`,
    `--advertise-client-urls=${endpoint}`,
    `--listen-peer-urls=${files.peer}`,
    `--initial-advertise-peer-urls=${files.peer}`,
    `--initial-cluster=local=${files.peer}`,
    '--client-cert-auth=true',
    `--trusted-ca-file=${files.caFile}`,
    `--cert-file=${files.certFile}`,
    `--key-file=${files.keyFile}`,
    '--heartbeat-interval=50',
    '--election-timeout=250',
    '--unsafe-no-fsync=true',
    '--snapshot-count=5000',
    '--auto-compaction-mode=periodic',
    '--auto-compaction-retention=10m',
    '--log-level=warn',
  ];
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** The first key after all that start with the prefix (its last byte plus one; prefixes are ASCII). */
function prefixEnd(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
