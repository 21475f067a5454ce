import { isSeq, parseDocument } from 'yaml';
import type { Etcd } from '../kube/etcd.ts';
import type { VirtualFiles } from './virtual-files.ts';

/** The flags that vcluster gives its API server, but for places: other paths, an etcd and a port of its own. */
export function apiserverFlags(files: VirtualFiles, etcd: Etcd, port: number, serviceCidr: string): string[] {
  return [
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${files.path('apiserver.crt')}`,
    `--tls-private-key-file=${files.path('apiserver.key')}`,
    `--client-ca-file=${files.path('ca.crt')}`,
    `--proxy-client-cert-file=${files.path('front-proxy-client.crt')}`,
    `--proxy-client-key-file=${files.path('front-proxy-client.key')}`,
    '--requestheader-allowed-names=front-proxy-client',
    `--requestheader-client-ca-file=${files.path('front-proxy-ca.crt')}`,
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    `--etcd-servers=${etcd.endpoint}`,
    `--etcd-cafile=${etcd.caFile}`,
    `--etcd-certfile=${etcd.certFile}`,
    `--etcd-keyfile=${etcd.keyFile}`,
    '--etcd-compaction-interval=0',
    `--service-cluster-ip-range=${serviceCidr}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${files.path('sa.pub')}`,
    `--service-account-signing-key-file=${files.path('sa.key')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-bootstrap-token-auth=true',
    '--allow-privileged=true',
    '--endpoint-reconciler-type=none',
    '--profiling=false',
    '--v=1',
  ];
}

/** As vcluster starts it without a scheduler of its own; one instance needs no election, and nobody asks it anything. */
export function controllerManagerFlags(files: VirtualFiles): string[] {
  return [
    `--kubeconfig=${files.path('controller-manager.kubeconfig')}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--use-service-account-credentials=true',
    `--root-ca-file=${files.path('ca.crt')}`,
    `--service-account-private-key-file=${files.path('sa.key')}`,
    `--cluster-signing-cert-file=${files.path('ca.crt')}`,
    `--cluster-signing-key-file=${files.path('ca.key')}`,
    '--controllers=*,-nodeipam,-nodelifecycle,-persistentvolume-binder,-attachdetach,-persistentvolume-expander,-cloud-node-lifecycle,-ttl',
    '--profiling=false',
    '--v=1',
  ];
}

/**
 * The arguments of the syncer: everything of the configuration holds, but that the control plane is already there, and where. `--set` is
 * vcluster's own flag for development.
 */
export function syncerArguments(files: VirtualFiles, etcd: Etcd, port: number, configFile: string): string[] {
  const settings = {
    'controlPlane.proxy.bindAddress': '127.0.0.1',
    'controlPlane.proxy.port': String(port),
    'controlPlane.distro.k8s.apiServer.enabled': 'false',
    'controlPlane.distro.k8s.controllerManager.enabled': 'false',
    'controlPlane.backingStore.etcd.external.enabled': 'true',
    'controlPlane.backingStore.etcd.external.endpoint': etcd.endpoint.replace('https://', ''),
    'controlPlane.backingStore.etcd.external.tls.caFile': etcd.caFile,
    'controlPlane.backingStore.etcd.external.tls.certFile': etcd.certFile,
    'controlPlane.backingStore.etcd.external.tls.keyFile': etcd.keyFile,
    'experimental.virtualClusterKubeConfig.kubeConfig': files.path('admin.kubeconfig'),
    'experimental.virtualClusterKubeConfig.serverCAKey': files.path('ca.key'),
    'experimental.virtualClusterKubeConfig.serverCACert': files.path('ca.crt'),
    'experimental.virtualClusterKubeConfig.clientCACert': files.path('ca.crt'),
    'experimental.virtualClusterKubeConfig.requestHeaderCACert': files.path('front-proxy-ca.crt'),
    'telemetry.enabled': 'false',
  };
  return [
    'start',
    `--config=${configFile}`,
    ...Object.entries(settings).map(([key, value]) => `--set=${key}=${value}`),
  ];
}

/**
 * `flags` with the `extraArgs` that the configuration gives this part of the distribution: one of the same name takes the place of vcluster's own, as
 * vcluster merges them. A configuration that cannot be read adds none; vcluster itself says what is wrong with it.
 */
export function withExtraArguments(
  flags: readonly string[],
  configuration: string,
  part: 'apiServer' | 'controllerManager',
): string[] {
  const extra = extraArguments(configuration, part);
  const name = (flag: string) => flag.split('=')[0];
  const replaced = new Set(extra.map(name));
  return [...flags.filter((flag) => !replaced.has(name(flag))), ...extra];
}

function extraArguments(configuration: string, part: string): string[] {
  const document = parseDocument(configuration);
  if (document.errors.length > 0) return [];
  const extra = document.getIn(['controlPlane', 'distro', 'k8s', part, 'extraArgs']);
  return isSeq(extra) ? extra.toJSON().map(String) : [];
}
