import type { Placement } from '../../events/placement.ts';
import type { Tier } from '../config.ts';
import type { VclusterSettings } from '../vcluster/settings.ts';
import type { Place } from './place.ts';
import { nodesOf } from './tier-nodes.ts';

/** One of a tenant's workspaces. */
interface TenantWorkspace {
  readonly tier: string;
  readonly placement: Placement;
  /** Its namespace, in the cluster or in the host of its virtual cluster. */
  readonly namespace: string;
}

/** Below which the tenant's hosts are, by the tier. */
export function ingressDomainOf(tenantId: string, { workspace }: Pick<Tier, 'workspace'>): string {
  return `${tenantId}.${workspace.ingress.domain}`;
}

/** What a workspace of the tenant is to a transfer, by what the configuration says about its tier: to one that is judged as to one that is made. */
export function tenantPlace(
  tenantId: string,
  { tier, placement, namespace }: TenantWorkspace,
  { says, vclusters }: { readonly says: Pick<Tier, 'workspace'>; readonly vclusters: VclusterSettings },
): Place {
  const nodes = nodesOf(tier, says.workspace);
  if (placement.workspace === 'vcluster')
    return { kind: 'virtual-cluster', customApiGroups: vclusters.customApiGroups, nodes };
  return { kind: 'namespace', namespace, ingressDomain: ingressDomainOf(tenantId, says), nodes };
}
