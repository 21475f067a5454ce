import type { Obstacles } from '../../tenancy/tier-changes/obstacles.ts';
import type { Place } from '../../tenancy/transfer/place.ts';
import type { SharedClusters } from '../clusters/join-shared-cluster.ts';
import type { Stacks } from '../foundations/stack.ts';
import type { Kubernetes } from '../kubernetes/client.ts';
import type { Eks } from '../kubernetes/eks-account.ts';
import type { Table } from '../runtime/table.ts';
import { type AccountOutlook, accountOutlook } from './preflight-account.ts';
import { ownClusterObstacles, type Room, sharedRoom } from './preflight-capacity.ts';
import { type NameSpaces, nameObstacles } from './preflight-names.ts';
import type { PreflightRequest, Tiers } from './preflight-request.ts';
import { type LiveWorkspace, sourcePlace, type WorkspaceFindings, workspaceFindings } from './preflight-workspace.ts';

/** Everything that a pre-flight looks at; it changes none of it. */
export interface PreflightWorld {
  readonly table: Table;
  readonly shared: SharedClusters;
  /** Whether the configuration has accounts of tenants' own. */
  readonly vending: boolean;
  readonly platformAccountId: string;
  readWorkspace(request: PreflightRequest, place: Place): Promise<LiveWorkspace>;
  /** A shared cluster, as the platform. */
  sharedCluster(name: string): Promise<Kubernetes>;
  /** EKS clusters that there are in the account and region. */
  countClusters(accountId: string): Promise<number>;
  stacksIn(accountId: string): Stacks;
  eksIn(accountId: string): Eks;
}

/** What a pre-flight has found. */
export interface Outlook extends Pick<WorkspaceFindings, 'use' | 'findings'> {
  readonly obstacles: Obstacles;
  readonly account: AccountOutlook;
  /** For placements in shared clusters. */
  readonly room?: Room;
}

/**
 * Looks at everything that can be known before a change of tier: what is in use and what the new tier allows, what cannot travel, room
 * in clusters, accounts, names. Reads only.
 * @throws the errors of what is looked at, such as `ClusterUnreachable`: not to know is not to refuse.
 */
export async function preflight(world: PreflightWorld, request: PreflightRequest, tiers: Tiers): Promise<Outlook> {
  const own = request.to.placement.workspace === 'cluster';
  const [live, account, room] = await Promise.all([
    world.readWorkspace(request, sourcePlace(request, tiers)),
    accountOutlook(world.table, request, world),
    own ? undefined : sharedRoom(world.table, world.shared, request, tiers),
  ]);
  const workspace = workspaceFindings(request, tiers, live);
  const clusters = own ? await clusterObstacles(world, request, account) : [];
  const names = await nameObstacles(request, await nameSpaces(world, request, account, room));
  return {
    use: workspace.use,
    findings: workspace.findings,
    account,
    ...(room && { room }),
    obstacles: {
      quota: workspace.quota,
      objects: workspace.objects,
      capacity: [...(room?.obstacles ?? []), ...account.obstacles, ...clusters],
      names,
    },
  };
}

/** An account that is the tenant's own has room: it has the tenant's clusters only. */
async function clusterObstacles(
  world: PreflightWorld,
  { how, to }: PreflightRequest,
  { accountId }: AccountOutlook,
): Promise<string[]> {
  if (how === 'in-place' || to.placement.account === 'dedicated' || accountId === undefined) return [];
  return ownClusterObstacles(accountId, await world.countClusters(accountId));
}

async function nameSpaces(
  world: PreflightWorld,
  { how }: PreflightRequest,
  { source, accountId }: AccountOutlook,
  room: Room | undefined,
): Promise<NameSpaces> {
  if (how === 'in-place') return {};
  // One that the tenant does not live in is in quarantine or in the pool: nobody enters it, and it was cleaned.
  const entered = source === 'pooled' || source === 'kept' ? accountId : undefined;
  return {
    ...(entered && { stacks: world.stacksIn(entered), eks: world.eksIn(entered) }),
    ...(room?.cluster && { cluster: await world.sharedCluster(room.cluster) }),
  };
}
