import { tenantClusterName } from '../../tenancy/clusters/names.ts';
import { foundationStackName, tenantTag } from '../../tenancy/names.ts';
import { namespaceName } from '../../tenancy/workspace/names.ts';
import { describeCluster } from '../clusters/ensure-eks-cluster.ts';
import { findTenantStack, type Stacks } from '../foundations/stack.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import type { Eks } from '../kubernetes/eks-account.ts';
import { isError } from '../kubernetes/errors.ts';
import { expectOurs } from '../workspaces/ownership.ts';
import type { PreflightRequest } from './preflight-request.ts';

/** Where names of a new placement would be; a member is absent where nothing can be there yet (an account or a cluster that is new). */
export interface NameSpaces {
  readonly stacks?: Stacks;
  /** Of the account in which the tenant's own cluster would be. */
  readonly eks?: Eks;
  /** The shared cluster that it would join. */
  readonly cluster?: Kubernetes;
}

/** Names of the new placement that somebody else has: its stack, its own cluster, its namespace. None of them in place. */
export async function nameObstacles({ tenantId, how, to }: PreflightRequest, spaces: NameSpaces): Promise<string[]> {
  if (how === 'in-place') return [];
  const placed = { tenantId, generation: to.generation };
  const own = to.placement.workspace === 'cluster';
  const found = await Promise.all([
    spaces.stacks && unlessOurs(findTenantStack(spaces.stacks, foundationStackName(placed), tenantId)),
    own && spaces.eks ? foreignCluster(spaces.eks, tenantClusterName(placed), tenantId) : undefined,
    spaces.cluster && !own ? foreignNamespace(spaces.cluster, namespaceName(placed), tenantId) : undefined,
  ]);
  return found.flatMap((text) => (text ? [text] : []));
}

/** The text of `ResourceNotOwned`; undefined where there is nothing, or what is ours. */
async function unlessOurs(look: Promise<unknown>): Promise<string | undefined> {
  try {
    await look;
    return undefined;
  } catch (error) {
    if (isError(error, 'ResourceNotOwned')) return error.message.replace(/\.$/, '');
    throw error;
  }
}

async function foreignCluster(eks: Eks, name: string, tenantId: string): Promise<string | undefined> {
  const cluster = await describeCluster(eks, name);
  if (!cluster || cluster.tags?.[tenantTag] === tenantId) return undefined;
  return `The cluster ${name} exists and is not tagged ${tenantTag}=${tenantId}`;
}

async function foreignNamespace(cluster: Kubernetes, name: string, tenantId: string): Promise<string | undefined> {
  const existing = await cluster.get({ apiVersion: 'v1', kind: 'Namespace', name });
  return existing && unlessOurs(Promise.resolve().then(() => expectOurs(existing, tenantId)));
}
