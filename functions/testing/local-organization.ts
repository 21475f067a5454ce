import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateOrganizationalUnitCommand,
  ListRootsCommand,
  type Account as MemberAccount,
  OrganizationsClient,
  paginateListAccounts,
} from '@aws-sdk/client-organizations';
import type { Clock } from '../../local/kernel/clock.ts';
import type { LocalCloud } from '../../local/local-cloud.ts';
import { startLocalCloud } from '../../local/local-cloud.ts';
import type { ServiceOptions } from '../../local/service-options.ts';
import { organizationalUnits } from '../../tenancy/names.ts';
import type { Creation } from '../accounts/create-account.ts';
import { type OrganizationClients, PARENT_UNIT, type Place, parentOf, unitId } from '../accounts/organization.ts';
import type { Table } from '../runtime/table.ts';
import { registryTable } from './local-table.ts';

/** The management account of the tests' organization, whose administrator stands for the broker. */
export const MANAGEMENT = '999999999999';

/** An organization with the units of accounts and a registry, in a local cloud on a clock that leaps. */
export interface LocalOrganization {
  readonly local: LocalCloud;
  readonly table: Table;
  readonly clients: OrganizationClients;
  readonly creation: Creation;
  readonly now: () => number;
  /** An SDK client's settings for the administrator of an account. */
  as(accountId: string): {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** All accounts but the management account, as AWS lists them. */
  members(): Promise<MemberAccount[]>;
  /** Where an account is. */
  placeOf(accountId: string): Promise<Place>;
  /** Repeats an ensure step while it waits, as Retry does; the error by which it ends otherwise is thrown. */
  untilDone<T>(step: () => Promise<T>, waits: readonly string[], seconds?: number): Promise<T>;
  inject(fault: { kind: string; count?: number; seconds?: number; reason?: string; limit?: number }): Promise<void>;
  close(): Promise<void>;
}

/** Starts one; `options` are the local services' own. */
export async function localOrganization(
  options: ServiceOptions = {},
  services: readonly string[] = [],
): Promise<LocalOrganization> {
  const local = await startLocalCloud({
    port: 0,
    clock: 'jump',
    accountId: MANAGEMENT,
    services: ['iam', 'sts', 'organizations', 'dynamodb', ...services],
    serviceOptions: {
      ...options,
      organizations: { organization: true, accountLimit: 1_000, ...options.organizations },
    },
  });
  const as = (accountId: string) => ({
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: accountId, secretAccessKey: 'test' },
  });
  const now = () => local.cloud.clock.now();
  const owner = new OrganizationsClient(as(MANAGEMENT));
  const clients: OrganizationClients = {
    reader: owner,
    broker: owner,
    creator: new OrganizationsClient({ ...as(MANAGEMENT), maxAttempts: 1 }),
  };
  const table = await registryTable(new DynamoDBClient(as(MANAGEMENT)));
  await makeUnits(owner, local.cloud.clock);
  // Lists show the units a moment later.
  await local.cloud.clock.sleep(5_000);
  const places: readonly Place[] = ['root', ...(Object.keys(organizationalUnits) as Place[])];
  return {
    local,
    table,
    clients,
    creation: { table, clients, emailPattern: 'aws+{tenant}.{account}@example.com', now },
    now,
    as,
    async members() {
      const found: MemberAccount[] = [];
      for await (const page of paginateListAccounts({ client: owner }, {})) found.push(...(page.Accounts ?? []));
      return found.filter(({ Id }) => Id !== MANAGEMENT);
    },
    async placeOf(accountId) {
      const parent = await parentOf(owner, accountId);
      for (const place of places) if ((await unitId(owner, place)) === parent) return place;
      throw new Error(`The account ${accountId} is in ${parent}, which is no unit of ours.`);
    },
    async untilDone(step, waits, seconds = 10) {
      for (let visit = 0; visit < 2_000; visit++) {
        try {
          return await step();
        } catch (error) {
          if (!(error instanceof Error && waits.includes(error.name))) throw error;
          await local.cloud.clock.sleep(seconds * 1_000);
        }
      }
      throw new Error('The step was still waiting after 2,000 visits.');
    },
    async inject(fault) {
      const answer = await fetch(`${local.endpoint}/_local/organizations/faults`, {
        method: 'POST',
        body: JSON.stringify(fault),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    close: () => local.stop(),
  };
}

/** One after the other: one creation of a unit a second is what AWS allows. */
async function makeUnits(owner: OrganizationsClient, clock: Clock): Promise<void> {
  const { Roots = [] } = await owner.send(new ListRootsCommand({}));
  const below = async (ParentId: string | undefined, Name: string) => {
    const { OrganizationalUnit } = await owner.send(new CreateOrganizationalUnitCommand({ ParentId, Name }));
    await clock.sleep(1_500);
    return OrganizationalUnit?.Id;
  };
  const parent = await below(Roots[0]?.Id, PARENT_UNIT);
  for (const name of Object.values(organizationalUnits)) await below(parent, name);
}
