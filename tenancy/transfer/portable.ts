import type { KubernetesObject, ObjectMetadata } from '../workspace/kubernetes-object.ts';
import { kindOf } from './named.ts';
import { type Mapping, namespaceIn } from './place.ts';
import { portableKinds } from './portable-kinds.ts';
import { withNewNames } from './references.ts';
import { withTierNodes } from './tier-nodes.ts';

/** Annotations that controllers of the source wrote about the source. */
const sourceAnnotations: readonly string[] = [
  'deployment.kubernetes.io/revision',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.daemonset.template.generation',
  'batch.kubernetes.io/job-tracking',
  'batch.kubernetes.io/cronjob-scheduled-timestamp',
  'control-plane.alpha.kubernetes.io/leader',
  'kubernetes.io/limit-ranger',
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/storage-resizer',
  'volume.beta.kubernetes.io/storage-provisioner',
  'tenantry.dev/suspended',
];
const sourceAnnotationPrefixes: readonly string[] = ['vcluster.loft.sh/', 'autoscaling.alpha.kubernetes.io/'];

/**
 * The object as it can be made in another cluster: what its maker said, without what a cluster said about it. Gone are status,
 * identity (uid, versions, times, managers), owner references (they name uids), finalizers (promises of controllers of the
 * source; those of the target make their own), and fields of the kind that the cluster filled in. Twice is once.
 */
export function portable(object: KubernetesObject, mapping: Mapping): KubernetesObject {
  const { status: _, metadata, ...rest } = object;
  const bare = withoutNullTimes({ ...rest, metadata: portableMetadata(metadata, mapping) }) as KubernetesObject;
  const ofKind = portableKinds.get(kindOf(object));
  const named = withNewNames(ofKind === undefined ? bare : ofKind(bare), mapping);
  return mapping.nodes === undefined ? named : withTierNodes(named, mapping.nodes);
}

function portableMetadata(metadata: ObjectMetadata, mapping: Mapping): ObjectMetadata {
  const { name, namespace, labels, annotations } = metadata;
  const kept = Object.entries(annotations ?? {}).filter(([key]) => !isOfTheSource(key));
  return {
    name,
    ...(namespace !== undefined && { namespace: namespaceIn(mapping, namespace) }),
    ...(labels !== undefined && Object.keys(labels).length > 0 && { labels }),
    ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
  };
}

function isOfTheSource(annotation: string): boolean {
  return (
    sourceAnnotations.includes(annotation) || sourceAnnotationPrefixes.some((prefix) => annotation.startsWith(prefix))
  );
}

/** Templates carry `creationTimestamp: null`, which newer API servers leave out. */
function withoutNullTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, each]) => !(key === 'creationTimestamp' && each === null))
      .map(([key, each]) => [key, withoutNullTimes(each)]),
  );
}
