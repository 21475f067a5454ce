import type { ClusterFiles } from './cluster-files.ts';
import type { ControlPlaneOptions } from './control-planes.ts';
import type { Etcd } from './etcd.ts';

const DEFAULT_SERVICE_CIDR = '172.20.0.0/16';

/**
 * What the objects of a cluster without nodes need: everything that owns, counts, protects or deletes API objects. Left out:
 * controllers of nodes, volumes, certificates and autoscaling.
 */
const CONTROLLERS = [
  'namespace-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'root-ca-certificate-publisher-controller',
  'resourcequota-controller',
  'garbage-collector-controller',
  'clusterrole-aggregation-controller',
  'deployment-controller',
  'replicaset-controller',
  'statefulset-controller',
  'daemonset-controller',
  'job-controller',
  'cronjob-controller',
  'endpointslice-controller',
  'disruption-controller',
  'persistentvolumeclaim-protection-controller',
  'ttl-after-finished-controller',
  'validatingadmissionpolicy-status-controller',
];

/** https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ */
export function apiserverFlags(
  files: ClusterFiles,
  etcd: Etcd,
  etcdPrefix: string,
  wanted: ControlPlaneOptions,
): string[] {
  return [
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${files.port}`,
    `--tls-cert-file=${files.path('apiserver.crt')}`,
    `--tls-private-key-file=${files.path('apiserver.key')}`,
    `--client-ca-file=${files.path('ca.crt')}`,
    `--etcd-servers=${etcd.endpoint}`,
    `--etcd-prefix=${etcdPrefix.slice(0, -1)}`,
    `--etcd-cafile=${etcd.caFile}`,
    `--etcd-certfile=${etcd.certFile}`,
    `--etcd-keyfile=${etcd.keyFile}`,
    // All clusters share one etcd, which compacts by itself.
    '--etcd-compaction-interval=0',
    `--service-cluster-ip-range=${wanted.serviceCidr ?? DEFAULT_SERVICE_CIDR}`,
    `--service-account-issuer=${wanted.serviceAccountIssuer ?? 'https://kubernetes.default.svc'}`,
    '--api-audiences=https://kubernetes.default.svc',
    `--service-account-key-file=${files.path('service-account.pub')}`,
    `--service-account-signing-key-file=${files.path('service-account.key')}`,
    `--authentication-config=${files.path('authentication.yaml')}`,
    `--authentication-token-webhook-config-file=${files.path('token-webhook.kubeconfig')}`,
    '--authentication-token-webhook-version=v1',
    '--authentication-token-webhook-cache-ttl=0s',
    `--authorization-config=${files.path('authorization.yaml')}`,
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    '--endpoint-reconciler-type=none',
    '--profiling=false',
    '--v=1',
  ];
}

/** https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ */
export function controllerManagerFlags(files: ClusterFiles): string[] {
  return [
    `--kubeconfig=${files.controllerManagerKubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--use-service-account-credentials=true',
    `--root-ca-file=${files.path('ca.crt')}`,
    `--service-account-private-key-file=${files.path('service-account.key')}`,
    `--controllers=${CONTROLLERS.join(',')}`,
    '--profiling=false',
    '--v=1',
  ];
}
