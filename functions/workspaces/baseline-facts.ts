import { CatalogueError } from '../../tenancy/errors.ts';
import { mutatingPolicyVersions } from '../../tenancy/workspace/admission/tier-nodes.ts';
import type { BaselineFacts } from '../../tenancy/workspace/cluster-baseline.ts';
import { clusterNetworkPolicyTypes } from '../../tenancy/workspace/cluster-network.ts';
import { builtInNodeClass, nodeClassType, nodePoolType, type TierPool } from '../../tenancy/workspace/node-pools.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import { discover } from '../kubernetes/discovery.ts';

export interface ObservedCluster {
  readonly facts: BaselineFacts;
  /** Kinds of the baseline that not every cluster serves, of those that this one does. */
  readonly served: readonly { readonly apiVersion: string; readonly kind: string }[];
  /** What the baseline cannot do here, one sentence each. */
  readonly lacks: readonly string[];
}

const mutatingTypes = mutatingPolicyVersions.flatMap((apiVersion) => [
  { apiVersion, kind: 'MutatingAdmissionPolicy' },
  { apiVersion, kind: 'MutatingAdmissionPolicyBinding' },
]);
const optionalTypes = [nodePoolType, nodeClassType, ...clusterNetworkPolicyTypes, ...mutatingTypes];

/**
 * Looks what the cluster serves beside Kubernetes' own kinds.
 * @throws StillCreating while tiers have nodes of their own and Auto Mode has not made its NodeClass, which theirs is made after.
 */
export async function observeCluster(kubernetes: Kubernetes, pools: readonly TierPool[]): Promise<ObservedCluster> {
  const serves = await discover(kubernetes);
  const autoMode = serves(nodePoolType) && serves(nodeClassType);
  const nodeClass = autoMode && pools.length > 0 ? await builtInClass(kubernetes) : undefined;
  const clusterNetworkPolicy = clusterNetworkPolicyTypes.find(serves);
  const mutatingPolicy = mutatingPolicyVersions.find((apiVersion) =>
    serves({ apiVersion, kind: 'MutatingAdmissionPolicy' }),
  );
  return {
    facts: { pools, ...(autoMode && { autoMode: { nodeClass } }), clusterNetworkPolicy, mutatingPolicy },
    served: optionalTypes.filter(serves),
    lacks: [
      ...(autoMode ? [] : pools.map(withoutPool)),
      ...(clusterNetworkPolicy === undefined
        ? ['No ClusterNetworkPolicy is served: tenants have NetworkPolicies alone.']
        : []),
      ...(mutatingPolicy === undefined && pools.length > 0
        ? ['No MutatingAdmissionPolicy is served: pods of tiers with nodes of their own have to name them.']
        : []),
    ],
  };
}

function withoutPool({ tier }: TierPool): string {
  return (
    `No ${nodePoolType.kind} and ${nodeClassType.kind} are served: the nodes of tier ${tier} are to be made as a node group ` +
    `with the label and the taint tenantry.dev/tier=${tier}.`
  );
}

async function builtInClass(kubernetes: Kubernetes): Promise<Record<string, unknown>> {
  const found = await kubernetes.get({ ...nodeClassType, name: builtInNodeClass });
  if (found !== undefined) return found.spec as Record<string, unknown>;
  throw new CatalogueError(
    'StillCreating',
    `The cluster has no NodeClass ${builtInNodeClass}; Auto Mode makes it with its first built-in node pool.`,
  );
}
