import { DisableRuleCommand, EnableRuleCommand, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import {
  type CreateAccountStatus,
  ListCreateAccountStatusCommand,
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListRootsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { GetCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Account, PROGRESSING_STATES } from '../../../tenancy/accounts/account.ts';
import type { Clients } from './clients.ts';
import { passSimulatedTime } from './deployed-template.ts';
import { eventually } from './eventually.ts';
import { invoke } from './lambda.ts';

const TableName = 'tenantry-registry';

/** The management account of the local organization. */
export const MANAGEMENT_ACCOUNT = '999999999999';

/** AWS Organizations, seen by the administrator of an account. */
export function organizationsOf(endpoint: string, accountId = MANAGEMENT_ACCOUNT): OrganizationsClient {
  const credentials = { accessKeyId: accountId, secretAccessKey: 'local' };
  return new OrganizationsClient({ endpoint, region: 'us-east-1', credentials });
}

/** The records of all accounts that were ever planned. */
export async function accountRecords({ table }: Clients): Promise<Account[]> {
  const records: Account[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await table.send(
      new ScanCommand({
        TableName,
        FilterExpression: 'begins_with(pk, :pk) AND sk = :sk',
        ExpressionAttributeValues: { ':pk': 'ACCOUNT#', ':sk': 'ACCOUNT' },
        ConsistentRead: true,
        ExclusiveStartKey,
      }),
    );
    records.push(...((page.Items ?? []) as unknown as Account[]));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return records;
}

/** The record of the account that the tenant's ledger names. Throws an Error when it names none. */
export async function accountOf(clients: Clients, tenantId: string): Promise<Account & { accountId: string }> {
  const account = await namedAccount(clients, tenantId);
  if (!account?.accountId) throw new Error(`the ledger of ${tenantId} names no account that exists`);
  return { ...account, accountId: account.accountId };
}

/** The record of the account that the tenant's ledger names, as soon as it is there. */
export async function namedAccount(clients: Clients, tenantId: string): Promise<Account | undefined> {
  const entry = await item(clients, `TENANT#${tenantId}`, 'RESOURCE#0#account#dedicated');
  const { accountName } = (entry?.['attributes'] ?? {}) as { accountName?: string };
  return accountName ? ((await item(clients, `ACCOUNT#${accountName}`, 'ACCOUNT')) as Account | undefined) : undefined;
}

async function item({ table }: Clients, pk: string, sk: string): Promise<Record<string, unknown> | undefined> {
  return (await table.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }))).Item;
}

/** Why nobody is let in at the gate of creations; `undefined` while it is open. */
export async function creationsPaused(clients: Clients): Promise<string | undefined> {
  const gate = await item(clients, 'GATE#account-creation', 'GATE');
  return (gate?.['paused'] as { reason: string } | undefined)?.reason;
}

/** All requests for accounts that AWS ever took, by the name of the account. */
export async function creationRequests(endpoint: string): Promise<Map<string, CreateAccountStatus[]>> {
  const client = organizationsOf(endpoint);
  const requests = new Map<string, CreateAccountStatus[]>();
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListCreateAccountStatusCommand({ NextToken }));
    for (const status of page.CreateAccountStatuses ?? []) {
      const name = status.AccountName ?? '';
      requests.set(name, [...(requests.get(name) ?? []), status]);
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return requests;
}

/** Name of the unit that an account is in; `root` for none. */
export async function unitOf(endpoint: string, accountId: string): Promise<string> {
  const client = organizationsOf(endpoint);
  const { Parents = [] } = await client.send(new ListParentsCommand({ ChildId: accountId }));
  return (await units(endpoint)).get(Parents[0]?.Id ?? '') ?? 'root';
}

/** The same, after what Organizations is behind. */
export async function settledUnitOf(clients: Clients, endpoint: string, accountId: string): Promise<string> {
  await passSimulatedTime(clients, 3);
  return unitOf(endpoint, accountId);
}

const known = new Map<string, Map<string, string>>();

/** Names of the units by id; they do not change. */
async function units(endpoint: string): Promise<Map<string, string>> {
  const seen = known.get(endpoint);
  if (seen) return seen;
  const client = organizationsOf(endpoint);
  const children = async (ParentId: string | undefined) =>
    (await client.send(new ListOrganizationalUnitsForParentCommand({ ParentId }))).OrganizationalUnits ?? [];
  const { Roots } = await client.send(new ListRootsCommand({}));
  const [parent] = await children(Roots?.[0]?.Id);
  const found = new Map((await children(parent?.Id)).map(({ Id = '', Name = '' }) => [Id, Name]));
  known.set(endpoint, found);
  return found;
}

export type CreationFault =
  | { kind: 'slow-creation'; count?: number; seconds?: number }
  | { kind: 'failed-creation'; count?: number; reason: string };

/** Makes the next creation go wrong; see `local/organizations/injected.ts`. */
export async function injectCreationFault(endpoint: string, fault: CreationFault): Promise<void> {
  const body = JSON.stringify(fault);
  const answer = await fetch(`${endpoint}/_local/organizations/faults`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`the fault was refused: ${await answer.text()}`);
}

/** Takes away what has not gone wrong yet. */
export async function clearCreationFaults(endpoint: string): Promise<void> {
  await fetch(`${endpoint}/_local/organizations/faults`, { method: 'DELETE' });
}

export interface CallCount {
  calls: number;
  throttled: number;
  refused: number;
}

/** What became of the calls of AWS Organizations since the start. */
export async function organizationCalls(endpoint: string): Promise<Record<string, CallCount>> {
  return (await (await fetch(`${endpoint}/_local/organizations/calls`)).json()) as Record<string, CallCount>;
}

/** Visits the pool, as the schedule does every five minutes. */
export const replenishPool = (endpoint: string) => invoke(endpoint, 'tenantry-replenish-pool');

/** Whether anyone may have the account. */
export function isStock({ state, reservedFor, previousTenant }: Account): boolean {
  return state === 'AVAILABLE' && reservedFor === undefined && previousTenant === undefined;
}

/**
 * Keeps the pool from being refilled, and what is in it from being claimed, so that each tenant's account is made for it. The
 * result ends that.
 */
export async function holdPool(clients: Clients): Promise<() => Promise<void>> {
  const rule = await ruleOf(clients, 'rate(5 minutes)');
  await clients.events.send(new DisableRuleCommand({ Name: rule }));
  await eventually('the end of what is on its way', async () => {
    const onTheWay = (await accountRecords(clients)).filter(
      ({ state, reservedFor }) => PROGRESSING_STATES.includes(state) && !reservedFor,
    );
    return onTheWay.length === 0 ? true : undefined;
  });
  // A reservation of a tenant that does not exist; replenishing drops it.
  for (const { accountName } of (await accountRecords(clients)).filter(isStock))
    await clients.table.send(
      new UpdateCommand({
        TableName,
        Key: { pk: `ACCOUNT#${accountName}`, sk: 'ACCOUNT' },
        UpdateExpression: 'SET reservedFor = :nobody',
        ConditionExpression: '#state = :available',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':nobody': 'nobody', ':available': 'AVAILABLE' },
      }),
    );
  return async () => {
    await clients.events.send(new EnableRuleCommand({ Name: rule }));
    await replenishPool(clients.endpoint);
  };
}

async function ruleOf(clients: Clients, schedule: string): Promise<string> {
  const { Rules = [] } = await clients.events.send(new ListRulesCommand({}));
  const name = Rules.find(({ ScheduleExpression }) => ScheduleExpression === schedule)?.Name;
  if (!name) throw new Error(`no rule is scheduled at ${schedule}`);
  return name;
}

/** Stock of the pool once there is some. */
export async function filledPool(clients: Clients): Promise<Account[]> {
  return eventually('an account in the pool', async () => {
    const stock = (await accountRecords(clients)).filter(isStock);
    if (stock.length > 0) return stock;
    await replenishPool(clients.endpoint);
    return undefined;
  });
}
