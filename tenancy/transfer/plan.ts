import type { KubernetesObject } from '../workspace/kubernetes-object.ts';
import type { Wanted } from './compare.ts';
import { type Finding, findings } from './findings.ts';
import { nameOf } from './named.ts';
import { type Obstacle, obstacles } from './obstacles.ts';
import { inOrder, runsSomething } from './order.ts';
import { type Change, type Mapping, mappingBetween, namespaceIn, type Place } from './place.ts';
import { portable } from './portable.ts';
import { divide, type Left } from './whose.ts';

/** What a transfer makes in the target, and what it does not. */
export interface TransferPlan extends Wanted {
  /** Portable, under the names of the target, in the order in which they are made. */
  readonly objects: readonly KubernetesObject[];
  readonly left: readonly Left[];
  /** Nothing can be transferred while there is one. */
  readonly obstacles: readonly Obstacle[];
  /** What a person should look at afterwards. */
  readonly findings: readonly Finding[];
}

/**
 * Decides everything about a transfer from what is in the source. `objects` are all that are there, whoever made them: what
 * belongs to the tenant is decided here. The same objects give the same plan.
 */
export function planTransfer(
  objects: readonly KubernetesObject[],
  { source, target, tenantId }: { readonly source: Place; readonly target: Place; readonly tenantId?: Change },
): TransferPlan {
  const { own, left } = divide(objects);
  const namespaces = namespacesOf(own, source);
  const mapping = mappingBetween(source, target, { namespaces, ...(tenantId && { tenantId }) });
  const moved = own.map((object) => renamed(portable(object, mapping), mapping));
  return {
    objects: inOrder([...madeNamespaces(source, target, moved), ...moved.filter((each) => !isGiven(each, target))]),
    scaled: scaledBy(objects, mapping),
    left,
    obstacles: obstacles(own, moved, target),
    findings: findings(own, mapping),
  };
}

function namespacesOf(own: readonly KubernetesObject[], source: Place): string[] {
  if (source.kind === 'namespace') return [source.namespace];
  const all = own.flatMap(({ kind, metadata }) =>
    kind === 'Namespace' ? [metadata.name] : [metadata.namespace ?? []],
  );
  return [...new Set(all.flat())].sort();
}

/** A namespace is its own name. */
function renamed(object: KubernetesObject, mapping: Mapping): KubernetesObject {
  if (object.kind !== 'Namespace') return object;
  return { ...object, metadata: { ...object.metadata, name: namespaceIn(mapping, object.metadata.name) } };
}

/** The namespace of a workspace is the platform's; that of the virtual cluster is not the tenant's to make there. */
function isGiven(object: KubernetesObject, target: Place): boolean {
  return object.kind === 'Namespace' && target.kind === 'namespace';
}

/** Inside a virtual cluster the namespace has to be made; that of the source is the platform's, and is not taken along. */
function madeNamespaces(source: Place, target: Place, moved: readonly KubernetesObject[]): KubernetesObject[] {
  if (source.kind !== 'namespace' || target.kind !== 'virtual-cluster' || moved.length === 0) return [];
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: source.namespace } }];
}

/** Names, in the target, of the workloads that an autoscaler scales, those that an operator made too. */
function scaledBy(objects: readonly KubernetesObject[], mapping: Mapping): ReadonlySet<string> {
  return new Set(
    objects.flatMap(({ kind, metadata, spec }) => {
      const { scaleTargetRef: target } = (spec ?? {}) as {
        scaleTargetRef?: { apiVersion?: string; kind?: string; name?: string };
      };
      if (kind !== 'HorizontalPodAutoscaler' || !target?.kind || !target.name) return [];
      const namespace = namespaceIn(mapping, metadata.namespace ?? '');
      return [
        nameOf({
          apiVersion: target.apiVersion ?? 'v1',
          kind: target.kind,
          metadata: { name: target.name, namespace },
        }),
      ];
    }),
  );
}

/**
 * The same plan without what runs by itself (workloads, Jobs, CronJobs, pods): for a first transfer, when nothing may run twice, or
 * before the data is there. The second one is made with the whole plan.
 */
export function withoutWorkloads(plan: TransferPlan): TransferPlan {
  const objects = plan.objects.filter((object) => !runsSomething(object));
  return { ...plan, objects, later: new Set(plan.objects.filter(runsSomething).map(nameOf)) };
}

/** The obstacles in words, all of them: what a refusal says. */
export function obstacleText(obstacles: readonly Obstacle[]): string {
  return obstacles.map(({ object, why }) => `${object}: ${why}`).join('; ');
}
