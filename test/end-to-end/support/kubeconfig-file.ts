import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { tenantry } from './command-line.ts';

/**
 * What `tenantry kubeconfig` prints, written to a file and read from there as any client does. Its exec plugin is run once, here;
 * what is returned has the token. Throws an Error with what the command said when it fails.
 */
export async function kubeconfigOf(endpoint: string, tenantId: string): Promise<KubeConfig> {
  const { code, stdout, stderr } = await tenantry(endpoint, 'kubeconfig', tenantId);
  if (code !== 0) throw new Error(`tenantry kubeconfig ${tenantId}: ${stderr}`);
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-kubeconfig-'));
  try {
    const file = join(folder, tenantId);
    writeFileSync(file, stdout, { mode: 0o600 });
    const config = new KubeConfig();
    config.loadFromFile(file);
    return await withToken(config);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same cluster and user, with the token that the user's plugin gives, if it has one. */
async function withToken(config: KubeConfig): Promise<KubeConfig> {
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const headers = options.headers as Record<string, string>;
  const token = headers['Authorization']?.replace(/^Bearer /, '');
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()];
  if (!cluster || !user || !token) throw new Error('the kubeconfig has no current cluster, user or token');
  const known = new KubeConfig();
  known.loadFromClusterAndUser(cluster, { name: user.name, token });
  return known;
}

/** The credentials of one kubeconfig, presented to the cluster of another. */
export function presentedTo(identity: KubeConfig, place: KubeConfig): KubeConfig {
  const [user, cluster] = [identity.getCurrentUser(), place.getCurrentCluster()];
  if (!user || !cluster) throw new Error('a kubeconfig has no current user or cluster');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(cluster, user);
  return config;
}
