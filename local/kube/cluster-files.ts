import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority, createSigningKeys, issueCertificate, type KeyedCertificate } from './certificates.ts';
import type { ControlPlaneOptions } from './control-planes.ts';
import { certificateKubeconfig, webhookKubeconfig } from './kubeconfig.ts';
import { writeSecret } from './secret-file.ts';

/** The files of one cluster and what else its processes have to know. All paths are absolute if the folder is. */
export interface ClusterFiles {
  readonly port: number;
  readonly endpoint: string;
  /** PEM of the cluster's CA. */
  readonly authority: string;
  readonly adminKubeconfig: string;
  readonly controllerManagerKubeconfig: string;
  readonly path: (name: FileName) => string;
}

export type FileName =
  | 'ca.crt'
  | 'ca.key'
  | 'apiserver.crt'
  | 'apiserver.key'
  | 'service-account.pub'
  | 'service-account.key'
  | 'authentication.yaml'
  | 'authorization.yaml'
  | 'token-webhook.kubeconfig'
  | 'authorization-webhook.kubeconfig';

const SERVER_NAMES = [
  '127.0.0.1',
  // The first address of the default service network, where pods would find the API server.
  '172.20.0.1',
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/**
 * Makes the files of a cluster that do not exist yet (its CA, keys and port are kept for its whole life) and writes those
 * that depend on the options anew.
 */
export async function clusterFiles(
  folder: string,
  wanted: ControlPlaneOptions,
  choosePort: (preferred?: number) => Promise<number>,
): Promise<ClusterFiles> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(folder, name);
  const authority = ensureKeys(path);
  const remembered = existsSync(path('port')) ? Number(readFileSync(path('port'), 'utf8')) : undefined;
  const port = await choosePort(remembered);
  const endpoint = `https://127.0.0.1:${port}`;
  writeSecret(path('port'), String(port));
  writeSecret(path('authentication.yaml'), ANONYMOUS_HEALTH_ONLY);
  writeSecret(path('authorization.yaml'), authorizers(path('authorization-webhook.kubeconfig')));
  writeSecret(path('token-webhook.kubeconfig'), webhookKubeconfig(wanted.tokenWebhookUrl));
  writeSecret(path('authorization-webhook.kubeconfig'), webhookKubeconfig(wanted.authorizationWebhookUrl));
  const kubeconfig = (name: string, client: KeyedCertificate) =>
    writeSecret(path(name), certificateKubeconfig(endpoint, authority.certificate, client));
  const admin = { commonName: 'kubernetes-admin', organization: 'system:masters', usage: ['client'] } as const;
  const manager = { commonName: 'system:kube-controller-manager', usage: ['client'] } as const;
  return {
    port,
    endpoint,
    authority: authority.certificate,
    adminKubeconfig: kubeconfig('admin.kubeconfig', issueCertificate(authority, admin)),
    controllerManagerKubeconfig: kubeconfig('controller-manager.kubeconfig', issueCertificate(authority, manager)),
    path,
  };
}

function ensureKeys(path: (name: string) => string): KeyedCertificate {
  const read = (name: string) => readFileSync(path(name), 'utf8');
  // Written last, so that a set of keys that was cut off is made anew.
  if (existsSync(path('keys-complete')))
    return { certificate: read('ca.crt'), key: read('ca.key'), commonName: 'kubernetes' };
  const authority = createAuthority('kubernetes');
  const server = issueCertificate(authority, { commonName: 'kube-apiserver', usage: ['server'], names: SERVER_NAMES });
  const signing = createSigningKeys();
  writeSecret(path('ca.crt'), authority.certificate);
  writeSecret(path('ca.key'), authority.key);
  writeSecret(path('apiserver.crt'), server.certificate);
  writeSecret(path('apiserver.key'), server.key);
  writeSecret(path('service-account.pub'), signing.publicKey);
  writeSecret(path('service-account.key'), signing.privateKey);
  writeSecret(path('keys-complete'), '');
  return authority;
}

/**
 * As on EKS since Kubernetes 1.32: nobody anonymous but for the health checks.
 * https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-standard.html
 */
const ANONYMOUS_HEALTH_ONLY = `apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
anonymous:
  enabled: true
  conditions:
    - path: /livez
    - path: /readyz
    - path: /healthz
`;

/**
 * RBAC first, then the webhook, which knows the access policies. Nothing is remembered between requests: seconds of real
 * time can be months of simulated time. Kubernetes' own users need not be asked for.
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#using-configuration-file-for-authorization
 */
function authorizers(webhookKubeconfigPath: string): string {
  return `apiVersion: apiserver.config.k8s.io/v1
kind: AuthorizationConfiguration
authorizers:
  - type: Node
    name: node
  - type: RBAC
    name: rbac
  - type: Webhook
    name: access-policies
    webhook:
      authorizedTTL: 1ms
      unauthorizedTTL: 1ms
      cacheAuthorizedRequests: false
      cacheUnauthorizedRequests: false
      timeout: 10s
      subjectAccessReviewVersion: v1
      matchConditionSubjectAccessReviewVersion: v1
      failurePolicy: NoOpinion
      connectionInfo:
        type: KubeConfigFile
        kubeConfigFile: ${JSON.stringify(webhookKubeconfigPath)}
      matchConditions:
        - expression: "!request.user.startsWith('system:')"
`;
}
