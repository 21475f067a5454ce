/**
 * Names of what a tenant has in AWS, all derived from its id. The longest prefix (`tenantry-foundation-`, 20) and the
 * longest id (32) fit the 64 characters of an IAM role and the 128 of a stack.
 */
export const tenantTag = 'tenantry:tenant';

/** Path of all tenant roles: policies of the product are limited to it. */
export const tenantRolePath = '/tenantry/tenants/';

/** `tenantry-tenant-acme` */
export function tenantRoleName(tenantId: string): string {
  return `tenantry-tenant-${tenantId}`;
}

/** `tenantry-foundation-acme` */
export function foundationStackName(tenantId: string): string {
  return `tenantry-foundation-${tenantId}`;
}

/** External id that whoever assumes the tenant's role presents: names the tenant, so that roles are not confused. */
export function tenantExternalId(tenantId: string): string {
  return `tenantry:${tenantId}`;
}

/** Tags on everything made for a tenant: ownership, cost allocation, conditions of its role. */
export function tenantTags(tenantId: string, tier: string): Record<string, string> {
  return { [tenantTag]: tenantId, 'tenantry:tier': tier, 'tenantry:managed-by': 'tenantry' };
}
