import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { type Placed, tenantExternalId, tenantRoleName, tenantRolePath } from '../../../tenancy/names.ts';
import { listAccounts } from '../../accounts/account-store.ts';
import { getTenant } from '../../operations/tenant-registry.ts';
import type { Table } from '../../runtime/table.ts';
import { type ForeignRole, rolesOfAccount } from './aws-cases.ts';

/** What an installation with accounts of tenants has beyond the platform's account. */
export interface Installation {
  readonly brokerRoleArn: string;
  /** Presented to the broker and to the operators of accounts. */
  readonly externalId: string;
}

/**
 * Roles that the tenant must not get at: the platform's own (that of this very function), the broker in the management
 * account, and those of another tenant: its account's where it has one, else its role in the platform's account.
 */
export async function foreignRoles(
  { table, sts }: { table: Table; sts: Pick<STSClient, 'send'> },
  subject: { tenantId: string; accountId: string; platformAccountId: string; neighbour?: Placed | undefined },
  installation: Installation | undefined,
): Promise<ForeignRole[]> {
  const { neighbour, platformAccountId } = subject;
  const roles: ForeignRole[] = [{ name: "the platform's account", roleArn: await ownRole(sts, platformAccountId) }];
  if (neighbour !== undefined)
    roles.push({
      name: 'the role of another tenant',
      roleArn: `arn:aws:iam::${platformAccountId}:role${tenantRolePath}${tenantRoleName(neighbour)}`,
      externalId: tenantExternalId(neighbour.tenantId),
    });
  if (!installation) return roles;
  const { brokerRoleArn, externalId } = installation;
  roles.push({ name: 'the management account', roleArn: brokerRoleArn, externalId });
  return [...roles, ...(await rolesOfNeighbour(table, subject, externalId))];
}

/** Two are asked for: one may be the tenant's own. */
async function rolesOfNeighbour(
  table: Table,
  subject: { accountId: string },
  externalId: string,
): Promise<ForeignRole[]> {
  const claimed = await listAccounts(table, 'CLAIMED', { limit: 2 });
  const { accountId, tenantId } = claimed.find((account) => account.accountId !== subject.accountId) ?? {};
  if (!accountId || !tenantId) return [];
  const generation = (await getTenant(table, tenantId))?.generation ?? 1;
  const tenantRoleArn = `arn:aws:iam::${accountId}:role${tenantRolePath}${tenantRoleName({ tenantId, generation })}`;
  return rolesOfAccount(accountId, tenantRoleArn, { tenant: tenantExternalId(tenantId), operator: externalId });
}

/** The role of the function itself, from its session: `…:assumed-role/NAME/SESSION`. */
async function ownRole(sts: Pick<STSClient, 'send'>, platformAccountId: string): Promise<string> {
  const { Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  return `arn:aws:iam::${platformAccountId}:role/${Arn.split('/')[1]}`;
}
