import { administrator } from '../../local/kernel/cloud.ts';
import type { LocalCloud } from '../../local/local-cloud.ts';
import type { OrganizationsOptions } from '../../local/organizations/options.ts';
import type { TenantryConfig } from '../../tenancy/config.ts';
import { LOCAL_ACCOUNT } from '../settings.ts';

/** Members that the local organization can have: AWS gives ten, and more on request. */
const ACCOUNT_LIMIT = 5_000;

/** Name of the stack that `infra/app.ts` puts into the management account. */
const BROKER_STACK = 'TenantryBroker';

/** The organization that an operator has before installing Tenantry; none where the configuration vends no accounts. */
export function organizationOptions({ accounts }: TenantryConfig): OrganizationsOptions {
  if (!accounts) return {};
  const { managementAccountId } = accounts;
  return { accountLimit: ACCOUNT_LIMIT, organization: { managementAccountId, members: [LOCAL_ACCOUNT] } };
}

/** What an operator gives `cdk deploy` as `--parameters` of the broker's stack, by stack name. */
export async function brokerParameters(
  { cloud }: LocalCloud,
  { accounts }: TenantryConfig,
): Promise<Record<string, Record<string, string>>> {
  if (!accounts) return {};
  const manager = administrator(accounts.managementAccountId);
  const { Roots } = (await cloud.call('organizations', 'ListRoots', {}, manager)) as { Roots: { Id: string }[] };
  const RootId = Roots[0]?.Id;
  if (!RootId) throw new Error(`The organization of ${accounts.managementAccountId} has no root.`);
  return { [BROKER_STACK]: { RootId, PlatformAccountId: LOCAL_ACCOUNT } };
}
