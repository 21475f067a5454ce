import { type OrganizationClients, sharedClients } from '../../functions/accounts/organization.ts';
import type { Table } from '../../functions/runtime/table.ts';
import { type Random, seededRandom } from '../../functions/testing/random.ts';
import { administrator } from '../../local/kernel/cloud.ts';
import type { AwsError } from '../../local/kernel/errors.ts';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';
import { type OrganizationsDatabase, organizationsDatabase } from '../../local/organizations/database.ts';
import { organizationalUnits } from '../../tenancy/names.ts';
import { inProcessTable, sdkClient } from './in-process-clients.ts';

export const MANAGEMENT = '999999999999';
export const PLATFORM = '111111111111';

/** Seconds until everybody sees a change of the organization. */
const CONSISTENT = 5_000;

/** The simulated AWS that the product works on: an organization under AWS's limits, the registry, a clock that leaps. */
export interface World {
  readonly local: LocalCloud;
  readonly table: Table;
  readonly random: Random;
  readonly organization: OrganizationsDatabase;
  /** Clients as a new sandbox makes them: nothing is remembered. */
  newClients(): OrganizationClients;
  /** Why Organizations failed calls, and how often. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Calls of Organizations by operation. */
  calls(): Promise<Record<string, { calls: number; throttled: number; refused: number }>>;
}

/** Starts it with the units of accounts made and the platform's account as delegated administrator. */
export async function startWorld(options: { accountLimit: number; seed: number }): Promise<World> {
  const { accountLimit, seed } = options;
  const local = await startLocalCloud({
    port: 0,
    clock: 'jump',
    accountId: PLATFORM,
    services: ['organizations', 'dynamodb'],
    serviceOptions: {
      organizations: { organization: { managementAccountId: MANAGEMENT, members: [PLATFORM] }, accountLimit, seed },
    },
  });
  const { cloud } = local;
  const random = seededRandom(seed);
  const table = inProcessTable(cloud, PLATFORM, 'registry');
  const refusals = new Map<string, number>();
  const failed = (operation: string, { code, fields }: AwsError) => {
    const why = [operation, code, fields['Reason']].filter(Boolean).join(' ');
    refusals.set(why, (refusals.get(why) ?? 0) + 1);
  };
  const client = (accountId: string, maxAttempts: number) =>
    sdkClient(cloud, { service: 'organizations', accountId, maxAttempts, random, failed });
  await prepareOrganization(local);
  await makeRegistry(local);
  const route = (method: string) => fetch(`${local.endpoint}/_local/organizations/calls`, { method });
  await route('DELETE');
  return {
    local,
    random,
    refusals,
    table,
    organization: organizationsDatabase(cloud),
    newClients() {
      const clients = { reader: client(PLATFORM, 3), broker: client(MANAGEMENT, 3), creator: client(MANAGEMENT, 1) };
      const { now, sleep } = cloud.clock;
      return sharedClients(table, clients as unknown as OrganizationClients, {
        now,
        sleep: (milliseconds) => sleep.call(cloud.clock, milliseconds),
      });
    },
    calls: async () => (await (await route('GET')).json()) as Awaited<ReturnType<World['calls']>>,
  };
}

/** As the broker's stack leaves it. One after the other: AWS allows one creation of a unit a second. */
async function prepareOrganization({ cloud }: LocalCloud): Promise<void> {
  const call = async (operation: string, input: object) => {
    const output = await cloud.call('organizations', operation, input, administrator(MANAGEMENT));
    await cloud.clock.sleep(CONSISTENT);
    return output;
  };
  const { Roots } = await call('ListRoots', {});
  const parent = await call('CreateOrganizationalUnit', { ParentId: Roots[0].Id, Name: 'tenantry' });
  for (const Name of Object.values(organizationalUnits))
    await call('CreateOrganizationalUnit', { ParentId: parent.OrganizationalUnit.Id, Name });
  const ServicePrincipal = 'account.amazonaws.com';
  await call('EnableAWSServiceAccess', { ServicePrincipal });
  await call('RegisterDelegatedAdministrator', { AccountId: PLATFORM, ServicePrincipal });
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${PLATFORM}:root` },
    Action: ['organizations:TagResource'],
    Resource: '*',
  };
  await call('PutResourcePolicy', { Content: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) });
}

async function makeRegistry({ cloud }: LocalCloud): Promise<void> {
  const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
  const input = {
    TableName: 'registry',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'entity'].map(attribute),
    KeySchema: keys('pk', 'sk'),
    GlobalSecondaryIndexes: [
      { IndexName: 'by-entity', KeySchema: keys('entity', 'pk'), Projection: { ProjectionType: 'ALL' } },
    ],
  };
  await cloud.call('dynamodb', 'CreateTable', input, administrator(PLATFORM));
  await cloud.clock.sleep(60_000);
}
