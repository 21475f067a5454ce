import type { WorkspaceNumbers } from '../workspace/numbers.ts';
import { excessOf } from '../workspace/quantities.ts';

/**
 * What both tiers allow, together: every limit is the looser one, every list has the members of both. While a workspace has these
 * numbers, whatever one of the tiers allows is allowed.
 *
 * What a container gets that asks for nothing is no limit: it is the smaller of both, which fits where either fits. Of two ingress
 * domains none is the looser one, and a namespace has one: whoever has hosts below the other is refused beforehand. Node pools are
 * the cluster's, not the workspace's.
 */
export function looserNumbers(one: WorkspaceNumbers, other: WorkspaceNumbers): WorkspaceNumbers {
  const [a, b] = [one.limits, other.limits];
  return {
    compute: each(one.compute, other.compute, larger),
    objects: each(one.objects, other.objects, (x: number, y: number) => Math.max(x, y)),
    limits: {
      container: {
        default: each(a.container.default, b.container.default, smaller),
        defaultRequest: each(a.container.defaultRequest, b.container.defaultRequest, smaller),
        max: each(a.container.max, b.container.max, larger),
        min: each(a.container.min, b.container.min, smaller),
      },
      pod: { max: each(a.pod.max, b.pod.max, larger) },
      persistentVolumeClaim: {
        min: smaller(a.persistentVolumeClaim.min, b.persistentVolumeClaim.min),
        max: larger(a.persistentVolumeClaim.max, b.persistentVolumeClaim.max),
      },
    },
    storageClasses: both(one.storageClasses, other.storageClasses),
    imageRegistries: both(one.imageRegistries, other.imageRegistries),
    priorityClasses: both(one.priorityClasses, other.priorityClasses),
    runtimeClasses: both(one.runtimeClasses, other.runtimeClasses),
    loadBalancers: one.loadBalancers || other.loadBalancers,
    ingress: {
      classes: both(one.ingress.classes, other.ingress.classes),
      domain: first(one.ingress.domain, other.ingress.domain),
    },
    platformNamespaces: both(one.platformNamespaces, other.platformNamespaces),
    internetEgress: one.internetEgress || other.internetEgress,
    standalonePods: one.standalonePods === 'warned' ? 'warned' : other.standalonePods,
  };
}

function each<Value, Numbers extends Readonly<Record<string, Value>>>(
  one: Numbers,
  other: Numbers,
  choose: (a: Value, b: Value) => Value,
): Numbers {
  const entries = Object.entries(one).map(([key, value]) => [key, choose(value, other[key] ?? value)]);
  return Object.fromEntries(entries) as Numbers;
}

function larger(a: string, b: string): string {
  if (excessOf(a, b)) return a;
  return excessOf(b, a) ? b : first(a, b);
}

function smaller(a: string, b: string): string {
  if (excessOf(a, b)) return b;
  return excessOf(b, a) ? a : first(a, b);
}

/** Of two that are worth the same (`1` and `1000m`), the same one whichever comes first. */
function first(a: string, b: string): string {
  return a <= b ? a : b;
}

function both<Item extends string>(one: readonly Item[], other: readonly Item[]): Item[] {
  return [...new Set([...one, ...other])].sort();
}
