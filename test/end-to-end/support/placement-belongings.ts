import type { KubeConfig } from '@kubernetes/client-node';
import { placementId } from '../../../tenancy/names.ts';
import type { MadePlacement } from '../../../tenancy/tenant.ts';
import { accountInventory } from './account-inventory.ts';
import { unitOf } from './accounts.ts';
import { ACCOUNT, type Clients } from './clients.ts';
import { passSimulatedTime } from './deployed-template.ts';
import { world } from './world.ts';

/** What the services have of a placement, by its number, in the platform's account and in the tenant's. Never asked of the registry. */
async function belongings(clients: Clients, operator: KubeConfig, tenantId: string, placed: MadePlacement) {
  const { accountId, generation } = placed;
  const everything = [
    ...(await world(clients, operator)),
    ...(accountId === ACCOUNT ? [] : await accountInventory(clients.endpoint, accountId)),
  ];
  const name = new RegExp(`${placementId({ tenantId, generation })}(?!\\d)`);
  const other = new RegExp(`${tenantId}--(?!${generation}(?!\\d))`);
  // What is in a placement may be called after the tenant alone.
  return everything.filter((entry) => name.test(entry) && !other.test(entry));
}

/** What the services still have of a placement that was released: empty when all of it is gone. */
export async function remainders(
  clients: Clients,
  operator: KubeConfig,
  tenantId: string,
  { left, now }: { left: MadePlacement; now: MadePlacement },
): Promise<string[]> {
  // AWS Organizations is consistent after a while only.
  await passSimulatedTime(clients, 5);
  const found = await belongings(clients, operator, tenantId, left);
  if (left.accountId === ACCOUNT || left.accountId === now.accountId) return found;
  const unit = await unitOf(clients.endpoint, left.accountId);
  return unit === 'Pool' ? found : [...found, `account ${left.accountId} in the unit ${unit}`];
}

/** What a placement has to have and the services do not know of. */
export async function missing(
  clients: Clients,
  operator: KubeConfig,
  tenantId: string,
  placed: MadePlacement,
): Promise<string[]> {
  const { generation, placement, accountId } = placed;
  const found = await belongings(clients, operator, tenantId, placed);
  const name = placementId({ tenantId, generation });
  const needed = [
    `stack tenantry-foundation-${name} `,
    `role /tenantry/tenants/tenantry-tenant-${name}`,
    placement.workspace === 'cluster'
      ? `control plane ${accountId} tenantry-tenant-${name}`
      : `namespaces tenant-${name}`,
  ];
  return needed.filter((entry) => !found.some((each) => each.startsWith(entry)));
}
