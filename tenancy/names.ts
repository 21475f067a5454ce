/**
 * Names of what a tenant has in AWS, all derived from its id and the number of its placement. The longest prefix
 * (`tenantry-foundation-`, 20), the longest id (32) and the number fit the 64 characters of an IAM role and the 128 of a stack.
 */
export const tenantTag = 'tenantry:tenant';

/** Path of all tenant roles: policies of the product are limited to it. */
export const tenantRolePath = '/tenantry/tenants/';

/** One of the placements that a tenant has had: they are counted from 1. Two exist while the tenant moves. */
export interface Placed {
  readonly tenantId: string;
  readonly generation: number;
}

/**
 * What the names of everything in a placement end in: `acme` in the first, `acme--2` in the second. Ids of tenants have single
 * hyphens only, so no other tenant has such a name.
 */
export function placementId({ tenantId, generation }: Placed): string {
  return generation === 1 ? tenantId : `${tenantId}--${generation}`;
}

export const tenantRolePrefix = 'tenantry-tenant-';

/** `tenantry-tenant-acme` */
export function tenantRoleName(placed: Placed): string {
  return `${tenantRolePrefix}${placementId(placed)}`;
}

/** In which the budgets of tenants begin. */
export const budgetPrefix = 'tenantry-';

/** `tenantry-acme` */
export function budgetName(placed: Placed): string {
  return `${budgetPrefix}${placementId(placed)}`;
}

export const foundationStackPrefix = 'tenantry-foundation-';

/** `tenantry-foundation-acme` */
export function foundationStackName(placed: Placed): string {
  return `${foundationStackPrefix}${placementId(placed)}`;
}

/** External id that whoever assumes the tenant's role presents: names the tenant, so that roles are not confused. */
export function tenantExternalId(tenantId: string): string {
  return `tenantry:${tenantId}`;
}

/** Tags on everything made for a tenant: ownership, cost allocation, conditions of its role. */
export function tenantTags(tenantId: string, tier: string): Record<string, string> {
  return { [tenantTag]: tenantId, 'tenantry:tier': tier, 'tenantry:managed-by': 'tenantry' };
}

/** Organizational units below `tenantry`, one for each state an account can be in. */
export const organizationalUnits = {
  pool: 'Pool',
  tenants: 'Tenants',
  quarantine: 'Quarantine',
  suspended: 'Suspended',
} as const;

export type OrganizationalUnit = keyof typeof organizationalUnits;

/** Path of the roles by which the product works in accounts of tenants. */
export const platformRolePath = '/tenantry/';

/** In each vended account: the role of everyday work. */
export const operatorRoleName = 'tenantry-operator';

/** In each vended account: the role that removes what a tenant left. The only one that works in quarantine. */
export const teardownRoleName = 'tenantry-teardown';

/** In each vended account: the role CloudFormation makes foundations with. */
export const foundationServiceRoleName = 'tenantry-cloudformation';

/** The role that every new account is born with and that trusts the management account. */
export const accessRoleName = 'OrganizationAccountAccessRole';

/** The stack of the baseline in each vended account. */
export const accountStackName = 'tenantry-account';

/** In the management account: the one role the product has there. */
export function brokerRoleName(prefix: string): string {
  return `${prefix}-broker`;
}

/** What an installation presents when it assumes the broker or its roles in accounts of tenants. */
export function installationExternalId(prefix: string, platformAccountId: string): string {
  return `${prefix}:${platformAccountId}`;
}

/** ARN of a role of the product in an account of a tenant. */
export function platformRoleArn(accountId: string, roleName: string): string {
  return `arn:aws:iam::${accountId}:role${platformRolePath}${roleName}`;
}
