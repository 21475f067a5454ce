import type { Placement } from '../../events/placement.ts';
import type { Requirements } from './requirements.ts';

/** Access entries of a cluster; not adjustable. https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html */
export const ACCESS_ENTRIES_PER_CLUSTER = 3_000;

/** Pod Identity associations of a cluster; not adjustable. https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html */
export const POD_IDENTITY_ASSOCIATIONS_PER_CLUSTER = 5_000;

/** What has to exist so that so many tenants live in a placement. */
export interface Fleet {
  readonly tenants: number;
  /** Regions that are used: not more than tenants. */
  readonly regions: number;
  readonly clusters: number;
  /** On average. */
  readonly tenantsPerCluster: number;
  readonly networksPerTenant: number;
  /** With their part of a shared one. */
  readonly loadBalancersPerTenant: number;
}

/** Tenants that one shared cluster takes: what is wanted, and what the fixed quotas of EKS admit; 0 if not even one. */
export function sharedClusterCapacity({ workspace }: Placement, requirements: Requirements): number {
  const { tenantsPerSharedCluster, identitiesPerTenant } = requirements;
  // In a virtual cluster the tenant's identities are known to its own API server, not to EKS.
  const identities = workspace === 'vcluster' ? 1 : identitiesPerTenant;
  const admitted = Math.floor(ACCESS_ENTRIES_PER_CLUSTER / identities);
  return Math.min(tenantsPerSharedCluster, admitted, POD_IDENTITY_ASSOCIATIONS_PER_CLUSTER);
}

/** The fleet that `tenants` of a placement need. */
export function fleetOf(placement: Placement, requirements: Requirements, tenants: number): Fleet {
  const regions = Math.min(requirements.regions, tenants);
  if (placement.workspace === 'cluster')
    return {
      tenants,
      regions,
      clusters: tenants,
      tenantsPerCluster: 1,
      networksPerTenant: 1,
      loadBalancersPerTenant: 1,
    };
  const capacity = Math.max(1, sharedClusterCapacity(placement, requirements));
  const clusters = regions * Math.ceil(tenants / regions / capacity);
  // A virtual cluster's API has a load balancer of its own; the way in to the pods is the shared cluster's.
  const own = placement.workspace === 'vcluster' ? 1 : 0;
  return {
    tenants,
    regions,
    clusters,
    tenantsPerCluster: tenants / clusters,
    networksPerTenant: regions / tenants,
    loadBalancersPerTenant: own + clusters / tenants,
  };
}
