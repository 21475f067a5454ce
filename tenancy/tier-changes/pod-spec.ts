import { kindOf } from '../transfer/named.ts';
import type { KubernetesObject } from '../workspace/kubernetes-object.ts';

type Amounts = Readonly<Record<string, string | undefined>>;

/** What of a container decides whether a tier allows it. */
export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly restartPolicy?: string;
  readonly resources?: { readonly limits?: Amounts; readonly requests?: Amounts };
}

/** What of a pod decides whether a tier allows it. */
export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly ephemeralContainers?: readonly Container[];
  readonly priorityClassName?: string;
  readonly runtimeClassName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly { readonly key?: string; readonly value?: string }[];
  readonly volumes?: readonly { readonly image?: { readonly reference?: string } }[];
}

const workloads: readonly string[] = [
  'Deployment.apps',
  'StatefulSet.apps',
  'ReplicaSet.apps',
  'DaemonSet.apps',
  'Job.batch',
];

/** The pod that the object is or makes; undefined for objects without one. */
export function podSpecOf(object: KubernetesObject): PodSpec | undefined {
  const kind = kindOf(object);
  if (kind === 'Pod') return object.spec as PodSpec;
  if (kind === 'CronJob.batch')
    return (object.spec as { jobTemplate?: { spec?: { template?: { spec?: PodSpec } } } }).jobTemplate?.spec?.template
      ?.spec;
  if (!workloads.includes(kind)) return undefined;
  return (object.spec as { template?: { spec?: PodSpec } }).template?.spec;
}

/** All containers of a pod, of whatever kind. */
export function containersOf({ containers = [], initContainers = [], ephemeralContainers = [] }: PodSpec): Container[] {
  return [...containers, ...initContainers, ...ephemeralContainers];
}

/** Every image that the pod names. */
export function imagesOf(pod: PodSpec): string[] {
  const mounted = (pod.volumes ?? []).flatMap(({ image }) => image?.reference ?? []);
  return [...containersOf(pod).flatMap(({ image }) => image ?? []), ...mounted];
}
