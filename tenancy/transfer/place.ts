import type { NodeChange, TierNodes } from './tier-nodes.ts';

/**
 * Where objects of a tenant are, or shall be. A cluster of the tenant's own is a `namespace` too: what it may do there, it
 * may in one fenced namespace.
 */
export type Place =
  | {
      readonly kind: 'namespace';
      readonly namespace: string;
      /** `tenantry.dev/ingress-domain` of the namespace: below which the tenant's hosts are. */
      readonly ingressDomain?: string;
      /** Of a target: which nodes its pods run on. Left out, they name the ones that they named. */
      readonly nodes?: TierNodes;
    }
  | {
      readonly kind: 'virtual-cluster';
      /** API groups of which the tenant may define custom resources there. */
      readonly customApiGroups: readonly string[];
      readonly nodes?: TierNodes;
    };

/** Namespaces inside a virtual cluster that are Kubernetes' or the platform's; tenants cannot write there. */
export const systemNamespaces: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease', 'tenantry-system'];

export interface Change {
  readonly from: string;
  readonly to: string;
}

/** What is called otherwise in the target. */
export interface Mapping {
  /** Namespace of the source -> namespace of the target. Those that are not named keep their name. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** Absent where the tenant keeps its id. */
  readonly tenantId?: Change;
  /** Absent where hosts stay what they are. */
  readonly ingressDomain?: Change;
  /** Absent where pods name the nodes that they named. */
  readonly nodes?: NodeChange;
}

/** Changes nothing. */
export const sameNames: Mapping = { namespaces: {} };

/**
 * How namespaces of the source are called in the target.
 * - A namespace becomes the namespace.
 * - A namespace becomes, in a virtual cluster, one of the same name: whatever names it (DNS names in settings, subjects,
 *   selectors) stays right, and moving back is the same move.
 * - All namespaces of a virtual cluster become the one; their objects must not collide.
 * - From virtual cluster to virtual cluster they keep their names.
 */
export function mappingBetween(
  source: Place,
  target: Place,
  { namespaces, tenantId }: { readonly namespaces: readonly string[]; readonly tenantId?: Change },
): Mapping {
  const to = target.kind === 'namespace' ? target.namespace : undefined;
  const named = Object.fromEntries(namespaces.map((namespace) => [namespace, to ?? namespace]));
  const domains = [source, target].map((place) => (place.kind === 'namespace' ? place.ingressDomain : undefined));
  const [from, into] = domains;
  const moved = from !== undefined && into !== undefined && from !== into;
  return {
    namespaces: named,
    ...(tenantId !== undefined && tenantId.from !== tenantId.to && { tenantId }),
    ...(moved && { ingressDomain: { from, to: into } }),
    ...(target.nodes !== undefined && { nodes: { nodes: target.nodes, demanded: target.kind === 'namespace' } }),
  };
}

/** The name in the target. */
export function namespaceIn({ namespaces }: Mapping, namespace: string): string {
  return Object.hasOwn(namespaces, namespace) ? (namespaces[namespace] ?? namespace) : namespace;
}
