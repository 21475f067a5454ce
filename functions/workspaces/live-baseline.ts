import { baselineRelease, baselineReleaseLabel } from '../../tenancy/workspace/baseline-releases.ts';
import type { KubernetesObject } from '../../tenancy/workspace/kubernetes-object.ts';
import { baselineVersionLabel, managedBy, managedByLabel } from '../../tenancy/workspace/names.ts';
import type { Kubernetes } from '../kubernetes/client.ts';

type Type = Pick<KubernetesObject, 'apiVersion' | 'kind'>;

/** What there is of a baseline, of any version, by {@link keyOf}. */
export type LiveBaseline = ReadonlyMap<string, KubernetesObject>;

/** Tells objects of a baseline apart. */
export function keyOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return `${apiVersion}/${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

/**
 * Looks what the cluster has. Of kinds without a namespace everything that carries the label, so that what is no longer part of the
 * baseline is found too: `served` are kinds that this version may have no object of. Of others what is wanted.
 */
export async function readLiveBaseline(
  kubernetes: Kubernetes,
  wanted: readonly KubernetesObject[],
  served: readonly Type[],
): Promise<LiveBaseline> {
  const inNamespaces = wanted.filter(({ metadata }) => metadata.namespace !== undefined);
  const everywhere = wanted.filter(({ metadata }) => metadata.namespace === undefined);
  const types = new Map(
    [...everywhere, ...served].map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }]),
  );
  const labelSelector = `${managedByLabel}=${managedBy},${baselineVersionLabel}`;
  const [lists, single] = await Promise.all([
    Promise.all([...types.values()].map((type) => kubernetes.list(type, { labelSelector }))),
    Promise.all(
      inNamespaces.map(({ apiVersion, kind, metadata: { name, namespace } }) =>
        kubernetes.get({ apiVersion, kind, name, namespace }),
      ),
    ),
  ]);
  const found = [...lists.flat(), ...single.filter((object) => object !== undefined)];
  return new Map(found.map((object) => [keyOf(object), object]));
}

/** Whether functions that were deployed after these have written to the cluster. */
export function isNewer(live: LiveBaseline): boolean {
  return [...live.values()].some(
    ({ metadata }) => Number(metadata.labels?.[baselineReleaseLabel] ?? 0) > baselineRelease,
  );
}

/** Fields that cannot be changed: an object that differs in one has to be made anew. */
const immutable: Readonly<Record<string, readonly string[]>> = {
  StorageClass: ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
  PriorityClass: ['value', 'preemptionPolicy'],
};

/** Whether the API server would refuse to change the one into the other. */
export function cannotBecome(live: KubernetesObject, wanted: KubernetesObject): boolean {
  const fields = immutable[wanted.kind] ?? [];
  return fields.some((field) => JSON.stringify(sorted(live[field])) !== JSON.stringify(sorted(wanted[field])));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).sort(([one], [other]) => one.localeCompare(other));
}
