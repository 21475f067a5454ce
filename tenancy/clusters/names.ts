import { type Placed, placementId } from '../names.ts';

/** On clusters that an installation added for all its tenants: whose they are. */
export const installationTag = 'tenantry:installation';

/** The n-th shared cluster that an installation adds: `tenantry-shared-3`. */
export function addedClusterName(prefix: string, n: number): string {
  return `${prefix}-shared-${n}`;
}

export const tenantClusterPrefix = 'tenantry-tenant-';

/** Where EKS writes the logs of a cluster's control plane. https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html */
export function controlPlaneLogGroup(clusterName: string): string {
  return `/aws/eks/${clusterName}/cluster`;
}

/** The cluster of one tenant, in the account it lives in: `tenantry-tenant-acme`. EKS takes 100 characters. */
export function tenantClusterName(placed: Placed): string {
  return `${tenantClusterPrefix}${placementId(placed)}`;
}
