import type { Installation } from '../installation.ts';
import { print, table } from '../output.ts';
import { listTenants } from '../tenants.ts';

/** `tenantry list`: all tenants. */
export async function list(installation: Installation, json: boolean): Promise<void> {
  const tenants = await listTenants(installation);
  print(json, tenants, () =>
    tenants.length === 0
      ? 'no tenants yet; "tenantry create <id> --tier basic" makes one'
      : table(
          ['tenant', 'state', 'tier', 'account', 'workspace', 'cluster', 'namespace', 'changed'],
          tenants.map((tenant) => [
            tenant.tenantId,
            tenant.state,
            tenant.tier,
            tenant.placement.account,
            tenant.placement.workspace,
            tenant.cluster?.name,
            tenant.namespace,
            tenant.updatedAt,
          ]),
        ),
  );
}
