import { setTimeout as delay } from 'node:timers/promises';
import { type HostApi, HostApiError } from '../vcluster/host-api.ts';
import { autoModeKinds, type ClusterObject } from './auto-mode-kinds.ts';
import type { ClusterConfiguration } from './records.ts';

/** What the built-in objects are made from. */
interface Configuration {
  readonly computeConfig: ClusterConfiguration['computeConfig'];
  readonly resourcesVpcConfig: Pick<ClusterConfiguration['resourcesVpcConfig'], 'subnetIds' | 'clusterSecurityGroupId'>;
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** Real milliseconds: the API server serves a new kind after about a second, and answers 404 and then 429 until then. */
const LOOK_EVERY = 100;
const PATIENCE = 30_000;

/** The path of a kind's objects. */
function collection({ spec }: (typeof autoModeKinds)[number]): string {
  const [version] = spec.versions;
  return `/apis/${spec.group}/${version?.name}/${spec.names.plural}`;
}

/**
 * Ensures what a cluster in Auto Mode has from its first minute: the kinds, served, and with a built-in node pool its NodePool and the
 * NodeClass `default`. Nothing acts on them: no node joins. What is there stays as it is.
 * @throws Error if a kind is not served within half a minute.
 */
export async function ensureAutoMode(
  api: Pick<HostApi, 'get' | 'create' | 'apply'>,
  configuration: Configuration,
  wait: (milliseconds: number) => Promise<unknown> = delay,
): Promise<void> {
  const objects = builtInObjects(configuration);
  if (await isThere(api, objects)) return;
  await Promise.all(autoModeKinds.map((kind) => create(api, DEFINITIONS, kind)));
  // One after the other: the server makes them at the same time, and whoever asks often keeps it from its work.
  for (const kind of autoModeKinds) await served(api, collection(kind), wait);
  for (const object of objects) await apply(api, object);
}

/** The last object is written last of all. */
async function isThere(api: Pick<HostApi, 'get'>, objects: readonly ClusterObject[]): Promise<boolean> {
  const last = objects.at(-1);
  if (!last) return false;
  return (await whileStarting(() => api.get(pathOf(last)))) !== undefined;
}

async function served(api: Pick<HostApi, 'get'>, path: string, wait: (milliseconds: number) => Promise<unknown>) {
  for (let waited = 0; waited < PATIENCE; waited += LOOK_EVERY) {
    if ((await whileStarting(() => api.get(`${path}?limit=1`))) !== undefined) return;
    await wait(LOOK_EVERY);
  }
  throw new Error(`${path} is not served after ${PATIENCE / 1_000} s`);
}

/** `undefined` also while the kind's storage is being made. */
async function whileStarting<T>(work: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HostApiError && error.status === 429) return undefined;
    throw error;
  }
}

async function create(api: Pick<HostApi, 'create'>, path: string, object: object): Promise<void> {
  try {
    await api.create(path, object);
  } catch (error) {
    if (!(error instanceof HostApiError) || error.status !== 409) throw error;
  }
}

async function apply(api: Pick<HostApi, 'apply'>, object: ClusterObject): Promise<void> {
  try {
    await api.apply(pathOf(object), object, 'eks');
  } catch (error) {
    // Somebody has changed it meanwhile.
    if (!(error instanceof HostApiError) || error.status !== 409) throw error;
  }
}

function pathOf({ apiVersion, kind, metadata }: ClusterObject): string {
  return `/apis/${apiVersion}/${kind === 'NodeClass' ? 'nodeclasses' : 'nodepools'}/${metadata.name}`;
}

/** The class is the last. https://docs.aws.amazon.com/eks/latest/userguide/set-builtin-node-pools.html */
function builtInObjects(configuration: Configuration): ClusterObject[] {
  const { nodePools } = configuration.computeConfig;
  return nodePools.length === 0 ? [] : [...nodePools.map(nodePool), builtInNodeClass(configuration)];
}

/** The NodeClass `default`, with the role, the subnets and the security group of its cluster. */
export function builtInNodeClass({ computeConfig, resourcesVpcConfig }: Configuration): ClusterObject {
  const { subnetIds, clusterSecurityGroupId } = resourcesVpcConfig;
  return {
    apiVersion: 'eks.amazonaws.com/v1',
    kind: 'NodeClass',
    metadata: { name: 'default' },
    spec: {
      role: computeConfig.nodeRoleArn?.split('/').at(-1) ?? '',
      subnetSelectorTerms: subnetIds.map((id) => ({ id })),
      securityGroupSelectorTerms: [{ id: clusterSecurityGroupId }],
      networkPolicy: 'DefaultAllow',
      networkPolicyEventLogs: 'Disabled',
      snatPolicy: 'Random',
      ephemeralStorage: { size: '80Gi', iops: 3000, throughput: 125 },
    },
  };
}

function nodePool(name: string): ClusterObject {
  const system = name === 'system';
  const within = (key: string, ...values: string[]) => ({ key, operator: 'In', values });
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name },
    spec: {
      disruption: { consolidationPolicy: 'WhenEmptyOrUnderutilized', consolidateAfter: '30s' },
      template: {
        spec: {
          expireAfter: '336h',
          terminationGracePeriod: '24h0m0s',
          nodeClassRef: { group: 'eks.amazonaws.com', kind: 'NodeClass', name: 'default' },
          requirements: [
            within('karpenter.sh/capacity-type', 'on-demand'),
            within('eks.amazonaws.com/instance-category', 'c', 'm', 'r'),
            { key: 'eks.amazonaws.com/instance-generation', operator: 'Gt', values: ['4'] },
            within('kubernetes.io/arch', 'amd64', ...(system ? ['arm64'] : [])),
            within('kubernetes.io/os', 'linux'),
          ],
          ...(system && { taints: [{ key: 'CriticalAddonsOnly', effect: 'NoSchedule' }] }),
        },
      },
    },
  };
}
