import { hostNumbers } from '../vcluster/numbers.ts';
import type { VclusterSettings } from '../vcluster/settings.ts';
import type { WorkspaceNumbers } from '../workspace/numbers.ts';

/** What a tier allows single objects of a tenant, in the kind of workspace that it has. */
export interface Allowed {
  readonly tier: string;
  readonly limits: WorkspaceNumbers['limits'];
  readonly imageRegistries: readonly string[];
  readonly storageClasses: readonly string[];
  readonly priorityClasses: readonly string[];
  readonly runtimeClasses: readonly string[];
  readonly loadBalancers: boolean;
  /** Absent inside virtual clusters: their Ingresses are not the platform's matter. */
  readonly ingress?: { readonly classes: readonly string[]; readonly domains: readonly string[] };
  readonly standalonePods: 'warned' | 'refused';
}

/** In a namespace; hosts may be below each of the domains. */
export function allowedInNamespace(tier: string, numbers: WorkspaceNumbers, domains: readonly string[]): Allowed {
  const { ingress, ...rest } = numbers;
  return { ...rest, tier, ingress: { classes: ingress.classes, domains } };
}

/**
 * Inside a virtual cluster, by what the namespace of its host admits when the pods are synced there. Synced pods have an
 * owner, so that none counts as standalone.
 */
export function allowedInVcluster(tier: string, numbers: WorkspaceNumbers, settings: VclusterSettings): Allowed {
  const host = hostNumbers({ numbers, settings });
  return {
    tier,
    limits: host.limits,
    imageRegistries: host.imageRegistries,
    storageClasses: numbers.storageClasses,
    priorityClasses: numbers.priorityClasses,
    runtimeClasses: numbers.runtimeClasses,
    loadBalancers: numbers.loadBalancers,
    standalonePods: 'warned',
  };
}
