import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { ListClustersCommand } from '@aws-sdk/client-eks';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { AccountsConfig } from '../../tenancy/accounts/config.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { accountsSettings } from '../runtime/config.ts';
import { step } from '../runtime/step.ts';
import { type Table, table } from '../runtime/table.ts';
import { type AccountClients, freshAccountClients } from './account-clients.ts';
import { expectAccount } from './account-store.ts';
import { answers, type Check, type Checked } from './readiness/check.ts';
import { quotaCheck } from './readiness/quotas.ts';
import { regionCheck } from './readiness/regions.ts';
import { SERVICES_WITH_ROLES, serviceLinkedRoleCheck } from './readiness/service-linked-roles.ts';
import { accountIdOf, recordPassed } from './vended-account.ts';

const HOUR = 3_600_000;

/** Without it nothing else can be looked at. */
const ACCESS = answers('access', ({ clients }) => clients.assume());

/** What an account must be able to do, in the order in which it is looked at. */
export function readinessChecks(settings: AccountsConfig): Check[] {
  const home = settings.regions[0] ?? 'us-east-1';
  return [
    ACCESS,
    answers('ec2', ({ clients }) => clients.ec2(home).send(new DescribeVpcsCommand({}))),
    answers('eks', ({ clients }) => clients.eks.send(new ListClustersCommand({}))),
    answers('cloudformation', ({ clients }) => clients.stacks.send(new ListStacksCommand({}))),
    answers('dynamodb', ({ clients }) => clients.tables.send(new ListTablesCommand({}))),
    answers('lambda', ({ clients }) => clients.functions.send(new ListFunctionsCommand({}))),
    answers('s3', ({ clients }) => clients.buckets.send(new ListBucketsCommand({}))),
    answers('sqs', ({ clients }) => clients.queues.send(new ListQueuesCommand({}))),
    ...settings.regions.map(regionCheck),
    ...SERVICES_WITH_ROLES.map(serviceLinkedRoleCheck),
    ...settings.minimumQuotas.map(quotaCheck),
  ];
}

/**
 * Ensures that a fresh account works: a successful creation can precede its use by minutes, its quotas by hours. What was passed is
 * recorded and not checked again; an account that has gone further is ready. Throws `AccountNotReady` that names what is
 * pending, `AccountReadinessExpired` for what did not pass within the configured hours since the account was vended.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
 */
export async function checkReadiness(
  table: Table,
  accountName: string,
  { clients, settings, now }: { clients: AccountClients; settings: AccountsConfig; now: number },
): Promise<string> {
  const account = await expectAccount(table, accountName);
  const accountId = accountIdOf(account);
  if (account.state !== 'VENDED') return accountId;
  const checked = { clients, account, settings };
  const open = readinessChecks(settings).filter(({ name }) => !account.ready?.[name]);
  const pending = await runChecks(open, checked);
  const time = new Date(now).toISOString();
  const passed = open.filter(({ name }) => !pending.has(name)).map(({ name }) => [name, time]);
  await recordPassed(table, account, Object.fromEntries(passed));
  if (pending.size === 0) return accountId;
  const missing = [...pending].map(([name, text]) => `${name} (${text})`).join('; ');
  if (now > Date.parse(account.vendedAt ?? account.plannedAt) + settings.readinessHours * HOUR)
    throw new CatalogueError(
      'AccountReadinessExpired',
      `The account ${accountId} (${accountName}) is not ready after ${settings.readinessHours} hours: ${missing}.`,
    );
  throw new CatalogueError('AccountNotReady', `The account ${accountId} (${accountName}) is not ready: ${missing}.`);
}

/** What did not pass, and why. */
async function runChecks(checks: readonly Check[], checked: Checked): Promise<Map<string, string>> {
  const pending = new Map<string, string>();
  for (const check of checks) {
    // Whoever cannot come in can look at nothing else.
    const missing = pending.has(ACCESS.name) ? 'not looked at yet' : await check.run(checked);
    if (missing) pending.set(check.name, missing);
  }
  return pending;
}

/** Step of vend-account. */
export const handler = step({
  name: 'check-readiness',
  input: z.object({ accountName: z.string() }),
  output: z.object({ accountId: z.string() }),
  async run({ accountName }) {
    const settings = accountsSettings();
    const accountId = accountIdOf(await expectAccount(table(), accountName));
    const clients = freshAccountClients(accountId, settings.regions[0] ?? 'us-east-1');
    await checkReadiness(table(), accountName, { clients, settings, now: Date.now() });
    return { accountId };
  },
});
