import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { KubeAssetsError } from './assets.ts';
import type { ControlPlanes } from './control-planes.ts';

/**
 * A user's own cluster (kind, k3s, EKS), named by the current context of a kubeconfig, in place of local control planes. EKS
 * then only fronts it: endpoint and CA come from the kubeconfig.
 *
 * Limits: every cluster created through EKS is this one cluster; stopping or deleting one leaves it and its objects alone. Its API server does not
 * ask the local EKS about tokens and access policies unless it was started with the webhooks `/_local/eks/token-review/<id>` and
 * `/_local/eks/access-review/<id>`: without them it answers 401 to tokens made from local IAM credentials. Memory and start are
 * not measured.
 *
 * Throws {@link KubeAssetsError} for a kubeconfig that names no cluster with a CA.
 */
export function externalControlPlanes(options: { kubeconfig: string }): ControlPlanes {
  const { kubeconfig } = options;
  const { server, certificateAuthorityData } = currentCluster(kubeconfig);
  return {
    prepare: async () => undefined,
    ensureRunning: async (clusterId) => ({
      clusterId,
      endpoint: server,
      certificateAuthorityData,
      adminKubeconfigPath: kubeconfig,
      pids: [],
    }),
    stop: async () => undefined,
    remove: async () => undefined,
    stopAll: async () => undefined,
    stats: () => ({ clusters: [], etcdResidentBytes: 0 }),
  };
}

interface Kubeconfig {
  'current-context'?: string;
  contexts?: { name: string; context?: { cluster?: string } }[];
  clusters?: {
    name: string;
    cluster?: { server?: string; 'certificate-authority-data'?: string; 'certificate-authority'?: string };
  }[];
}

function currentCluster(path: string): { server: string; certificateAuthorityData: string } {
  const config = parse(readFileSync(path, 'utf8')) as Kubeconfig | null;
  const context = config?.contexts?.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config?.clusters?.find(({ name }) => name === context?.cluster)?.cluster;
  const problem = (text: string) =>
    new KubeAssetsError(`The kubeconfig ${path} ${text}. Choose a context with "kubectl config use-context NAME".`);
  if (!cluster?.server) throw problem('has no current context that names a cluster with a server');
  const data = cluster['certificate-authority-data'] ?? fileData(path, cluster['certificate-authority']);
  if (!data) throw problem(`has no certificate authority for ${cluster.server}`);
  return { server: cluster.server, certificateAuthorityData: data };
}

/** Relative to the kubeconfig, as kubectl reads it. */
function fileData(kubeconfig: string, file: string | undefined): string | undefined {
  return file && readFileSync(resolve(dirname(kubeconfig), file)).toString('base64');
}
