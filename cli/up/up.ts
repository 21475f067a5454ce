import { type ConfigFile, readConfigFile } from '../../infra/config-file.ts';
import { deployAssembly } from '../../local/cloudformation/assembly.ts';
import type { RunningOptions } from '../../local/eks/local-control-planes.ts';
import { ensureControlPlaneBinary } from '../../local/kube/build.ts';
import type { ControlPlanes } from '../../local/kube/control-planes.ts';
import { externalControlPlanes } from '../../local/kube/external.ts';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';
import type { ServiceOptions } from '../../local/service-options.ts';
import type { TenantryConfig } from '../../tenancy/config.ts';
import { type AwsSettings, LOCAL_ACCOUNT, LOCAL_REGION, localCredentials } from '../settings.ts';
import { ensureAssembly } from './assembly.ts';
import { ensureFunctionsNetwork } from './functions-network.ts';
import { brokerParameters, organizationOptions } from './organization.ts';
import type { Progress } from './progress.ts';
import { ensureSharedClusters } from './shared-clusters.ts';
import { buildAhead } from './virtual-clusters.ts';

export interface UpOptions extends RunningOptions {
  /** Port on 127.0.0.1; 0 takes a free one. */
  port: number;
  /** Folder of the state; `undefined` keeps it in memory. */
  state?: string;
  clock: 'real' | 'jump' | number;
  progress: Progress;
  /** A cluster of the user's own, by its kubeconfig, in place of local control planes. */
  kubeconfig?: string;
  /** Options of single services, for tests: quotas, delays. */
  serviceOptions?: ServiceOptions;
  /** Tiers, clusters, accounts. Default: the configuration that comes with the package. */
  configuration?: ConfigFile;
  /** Another assembly than the one of the sources, for tests that change a template. */
  assembly?: string;
}

export interface Up {
  readonly local: LocalCloud;
  readonly settings: AwsSettings;
  readonly config: TenantryConfig;
  /** Stops the local cloud and every child process. */
  stop(): Promise<void>;
}

function external(kubeconfig: string): () => Promise<ControlPlanes> {
  return async () => externalControlPlanes({ kubeconfig });
}

/**
 * A local cloud with the product deployed on it: the very templates that `cdk synth` writes, and the shared clusters of
 * the configuration with real control planes. Everything that exists already is left as it is.
 */
export async function up({ progress, ...options }: UpOptions): Promise<Up> {
  const { path, config } = options.configuration ?? readConfigFile();
  if (!options.kubeconfig) await progress.phase('control-plane binary', () => ensureControlPlaneBinary(progress.line));
  const assembly =
    options.assembly ?? (await progress.phase('cloud assembly', () => ensureAssembly(progress.line, path)));
  const local = await startLocalCloud({
    port: options.port,
    clock: options.clock,
    accountId: LOCAL_ACCOUNT,
    region: LOCAL_REGION,
    ...(options.state && { state: options.state }),
    log: (level, message, fields) => {
      if (level === 'error' || level === 'warn')
        progress.line(`${level}: ${message} ${fields ? JSON.stringify(fields) : ''}`);
    },
    serviceOptions: {
      ...options.serviceOptions,
      organizations: { ...organizationOptions(config), ...options.serviceOptions?.organizations },
      eks: {
        progress: progress.line,
        ...(options.mostControlPlanes !== undefined && { mostControlPlanes: options.mostControlPlanes }),
        ...(options.pauseAfterMinutes !== undefined && { pauseAfterMinutes: options.pauseAfterMinutes }),
        ...(options.kubeconfig && { controlPlanes: external(options.kubeconfig) }),
        ...options.serviceOptions?.eks,
      },
    },
  });
  if (!options.kubeconfig) void buildAhead(config, progress.line);
  const settings: AwsSettings = {
    local: true,
    region: LOCAL_REGION,
    endpoint: local.endpoint,
    credentials: localCredentials(),
  };
  try {
    progress.line(`local cloud on ${local.endpoint}`);
    await progress.phase('shared clusters', () =>
      ensureSharedClusters(
        settings,
        config.sharedClusters.map((cluster) => cluster.name),
        progress.line,
      ),
    );
    if (config.functions)
      ensureFunctionsNetwork(local.cloud, { accountId: LOCAL_ACCOUNT, region: LOCAL_REGION }, config.functions);
    await progress.phase('deployment of the templates', async () =>
      deployAssembly(local.cloud, assembly, { parameters: await brokerParameters(local, config) }),
    );
  } catch (error) {
    await local.stop();
    throw error;
  }
  return { local, settings, config, stop: () => local.stop() };
}
