import { z } from 'zod';
import { explainMove } from '../../tenancy/advice/explain-move.ts';
import type { Workload } from '../../tenancy/advice/requirements.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { currentPlacement, type Tenant } from '../../tenancy/tenant.ts';
import { plainQuantity } from '../../tenancy/tier-changes/amounts.ts';
import { DEFAULT_KEEP_PREVIOUS_HOURS } from '../../tenancy/tier-changes/config.ts';
import { obstacleTexts } from '../../tenancy/tier-changes/obstacles.ts';
import { type TierChangePlan, tierChangePlan } from '../../tenancy/tier-changes/plan.ts';
import { changedNumbers } from '../../tenancy/tier-changes/plan-numbers.ts';
import { type PlannedResource, resourcesOf } from '../../tenancy/tier-changes/plan-resources.ts';
import { planSteps } from '../../tenancy/tier-changes/plan-steps.ts';
import type { Use } from '../../tenancy/tier-changes/use.ts';
import { quantityValue } from '../../tenancy/workspace/quantities.ts';
import { getTenant } from '../operations/tenant-registry.ts';
import { config } from '../runtime/config.ts';
import { step } from '../runtime/step.ts';
import { nextPlacement } from './begin-tier-change.ts';
import { type Outlook, type PreflightWorld, preflight } from './preflight.ts';
import type { AccountOutlook } from './preflight-account.ts';
import type { PreflightRequest, Tiers } from './preflight-request.ts';
import { installedTiers, installedWorld } from './preflight-world.ts';

export interface Settings {
  readonly keepHours: number;
  readonly productMigration: boolean;
}

/**
 * Plans the change by the code that checks and makes it, and touches nothing.
 * @throws TenantStateConflict for a tenant that is not `READY`, and what `preflight` throws.
 */
export async function planTierChange(
  world: PreflightWorld,
  tenant: Tenant,
  { tier, tiersOf, settings }: { tier: string; tiersOf: (request: PreflightRequest) => Tiers; settings: Settings },
): Promise<TierChangePlan> {
  if (tenant.state !== 'READY')
    throw new CatalogueError(
      'TenantStateConflict',
      `The tenant "${tenant.tenantId}" is ${tenant.state}; its tier is changed when it is READY.`,
    );
  const { how, to } = nextPlacement(tenant, tier);
  const from = currentPlacement(tenant);
  const request: PreflightRequest = { tenantId: tenant.tenantId, how, from, to, kept: tenant.previous };
  const tiers = tiersOf(request);
  const outlook = await preflight(world, request, tiers);
  const steps = planSteps(how, to, {
    vending: outlook.account.source === 'to-be-vended',
    newCluster: how === 'moved' && outlook.room?.cluster === undefined && outlook.room?.obstacles.length !== 1,
    productMigration: settings.productMigration,
    kept: how === 'moved' && tenant.previous !== undefined,
  });
  const { generation, placement: kind } = from;
  return {
    tenantId: tenant.tenantId,
    how,
    from: { generation, tier: from.tier, placement: kind },
    to,
    obstacles: obstacleTexts(outlook.obstacles),
    steps,
    ...resources(tenant, request, outlook, settings),
    numbers: changedNumbers(tiers.old.workspace, tiers.wanted.workspace),
    seconds: steps.reduce((sum, { seconds }) => sum + seconds, 0),
    price: priceOf(request, tiers, outlook.use),
  };
}

function resources(
  tenant: Tenant,
  { tenantId, how, from, to }: PreflightRequest,
  { account, room }: Outlook,
  { keepHours }: Settings,
): Pick<TierChangePlan, 'creates' | 'removes'> {
  if (how === 'in-place') return { creates: [], removes: [] };
  const left = { tenantId, placed: from, account: from.accountId, cluster: from.cluster.name };
  const at = (when: string) => (each: PlannedResource) => ({ ...each, when });
  const { previous } = tenant;
  const kept = previous && { tenantId, placed: previous, account: previous.accountId, cluster: previous.cluster.name };
  return {
    creates: resourcesOf(
      {
        tenantId,
        placed: to,
        account: accountText(account),
        cluster: clusterText(room),
      },
      from,
    ),
    removes: [
      ...(kept ? resourcesOf(kept, from).map(at('at the beginning')) : []),
      ...resourcesOf(left, to).map(at(`${keepHours} hours after the cut-over`)),
    ],
  };
}

/** Without room it is an obstacle, which says so. */
function clusterText(room: Outlook['room']): string {
  if (room?.cluster) return room.cluster;
  return room?.obstacles.length === 0 ? 'a shared cluster that is added' : 'a shared cluster, when one has room';
}

function accountText({ source, accountId }: AccountOutlook): string {
  const words: Record<AccountOutlook['source'], string> = {
    pooled: accountId ?? '',
    kept: accountId ?? '',
    'own-from-before': `${accountId ?? ''}, which it had before`,
    'from-the-pool': 'a prepared one of the pool',
    'to-be-vended': 'a new one, since the pool has none',
  };
  return words[source];
}

const GIB = 2 ** 30;

/** By what the tenant uses now: a quota costs nothing. */
function priceOf({ from, to }: PreflightRequest, { old, wanted }: Tiers, use: Use): TierChangePlan['price'] {
  const value = (resource: string) => quantityValue(plainQuantity(use[resource] ?? '0'));
  const usage: Partial<Workload> = {
    cpuCores: value('requests.cpu'),
    memoryGiB: value('requests.memory') / GIB,
    storageGiB: value('requests.storage') / GIB,
  };
  const { before, after, difference, components } = explainMove(from.placement, to.placement, usage).price;
  const budget = { from: old.monthlyBudgetUsd, to: wanted.monthlyBudgetUsd };
  return { before, after, difference, components: components.map((each) => ({ ...each })), budget };
}

/** Not a step of a workflow: invoked for `tenantry plan`. */
export const handler = step({
  name: 'plan-tier-change',
  input: z.object({ tenantId: z.string(), tier: z.string() }),
  output: tierChangePlan,
  async run({ tenantId, tier }) {
    const world = installedWorld();
    const tenant = await getTenant(world.table, tenantId);
    if (!tenant) throw new CatalogueError('TenantUnknown', `There is no tenant "${tenantId}".`);
    const { keepPreviousHours = DEFAULT_KEEP_PREVIOUS_HOURS, productMigration } = config.tierChanges ?? {};
    const settings = { keepHours: keepPreviousHours, productMigration: productMigration !== undefined };
    return planTierChange(world, tenant, { tier, tiersOf: installedTiers, settings });
  },
});
