import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority, createSigningKeys, issueCertificate, type KeyedCertificate } from '../kube/certificates.ts';
import { certificateKubeconfig } from '../kube/kubeconfig.ts';
import { writeSecret } from '../kube/secret-file.ts';

/** The files of one virtual cluster's own control plane. All paths are absolute if the folder is. */
export interface VirtualFiles {
  readonly apiserver: string;
  /** PEM of the CA that signs the serving certificates and the users' certificates. */
  readonly authority: string;
  path(name: string): string;
}

const SERVER_NAMES = [
  '127.0.0.1',
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/**
 * Makes the keys that do not exist yet: they live as long as the volume, so that kubeconfigs of the virtual cluster outlive its
 * restarts. The kubeconfigs are written anew for the port.
 */
export function virtualFiles(folder: string, port: number): VirtualFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(folder, name);
  const authority = ensureKeys(path);
  const apiserver = `https://127.0.0.1:${port}`;
  const kubeconfig = (name: string, client: KeyedCertificate) =>
    writeSecret(path(name), certificateKubeconfig(apiserver, authority.certificate, client));
  const admin = { commonName: 'kubernetes-admin', organization: 'system:masters', usage: ['client'] } as const;
  const manager = { commonName: 'system:kube-controller-manager', usage: ['client'] } as const;
  kubeconfig('admin.kubeconfig', issueCertificate(authority, admin));
  kubeconfig('controller-manager.kubeconfig', issueCertificate(authority, manager));
  return { apiserver, authority: authority.certificate, path };
}

function ensureKeys(path: (name: string) => string): KeyedCertificate {
  const read = (name: string) => readFileSync(path(name), 'utf8');
  // Written last, so that a set of keys that was cut off is made anew.
  if (existsSync(path('keys-complete')))
    return { certificate: read('ca.crt'), key: read('ca.key'), commonName: 'kubernetes' };
  const authority = createAuthority('kubernetes');
  // Another CA: whoever holds one of its certificates may say who somebody else is.
  const frontProxy = createAuthority('front-proxy');
  const frontClient = issueCertificate(frontProxy, { commonName: 'front-proxy-client', usage: ['client'] });
  const server = issueCertificate(authority, { commonName: 'kube-apiserver', usage: ['server'], names: SERVER_NAMES });
  const signing = createSigningKeys();
  const keyed = { ca: authority, apiserver: server, 'front-proxy-ca': frontProxy, 'front-proxy-client': frontClient };
  for (const [name, { certificate, key }] of Object.entries(keyed)) {
    writeSecret(path(`${name}.crt`), certificate);
    writeSecret(path(`${name}.key`), key);
  }
  writeSecret(path('sa.pub'), signing.publicKey);
  writeSecret(path('sa.key'), signing.privateKey);
  writeSecret(path('keys-complete'), '');
  return authority;
}
