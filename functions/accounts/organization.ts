import { setTimeout } from 'node:timers/promises';
import {
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListRootsCommand,
  MoveAccountCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type OrganizationalUnit, organizationalUnits } from '../../tenancy/names.ts';
import { once } from '../runtime/environment.ts';
import { type Table, table } from '../runtime/table.ts';
import { brokerCredentials } from './access.ts';
import { forgetKnownUnits, readKnownUnits, writeKnownUnits } from './known-units.ts';
import { pacedClients, type Waiting } from './paced-clients.ts';

type Client = Pick<OrganizationsClient, 'send'>;

/** AWS Organizations, seen by those who may ask what. Its one endpoint is in us-east-1. */
export interface OrganizationClients {
  /** The function's own role, in the delegated administrator: looks, follows creations, tags. */
  readonly reader: Client;
  /** The broker in the management account: moves and closes. */
  readonly broker: Client;
  /** The broker, never trying again by itself: CreateAccount has no token that would make a second try the same request. */
  readonly creator: Client;
}

/** A creation that is not answered by then is looked for; milliseconds. */
const CREATOR_TIMES = { connectionTimeout: 5_000, requestTimeout: 15_000 };

/** The clients of this function, made once for each sandbox; they keep to the shared rates. */
export const organizationClients = once((): OrganizationClients => {
  const region = 'us-east-1';
  const credentials = brokerCredentials();
  const clients = {
    reader: new OrganizationsClient({ region }),
    broker: new OrganizationsClient({ region, credentials }),
    creator: new OrganizationsClient({ region, credentials, maxAttempts: 1, requestHandler: CREATOR_TIMES }),
  };
  const sleep = (milliseconds: number) => setTimeout(milliseconds);
  return sharedClients(table(), clients, { now: Date.now, sleep });
});

/** The clients as all functions use them: they keep to the rates that they share, and to what others have found out about the units. */
export function sharedClients(registry: Table, clients: OrganizationClients, waiting: Waiting): OrganizationClients {
  const shared = pacedClients(registry, clients, waiting);
  registries.set(shared.reader, registry);
  return shared;
}

/** Name of the unit below the root that holds those of all states. */
export const PARENT_UNIT = 'tenantry';

/** Where an account can be: new ones are born in the root. */
export type Place = OrganizationalUnit | 'root';

const places = new WeakMap<Client, Promise<ReadonlyMap<Place, string>>>();
/** Where readers keep what they found, for the others. */
const registries = new WeakMap<Client, Table>();

/**
 * The id of the root or of a unit, found by its name below `tenantry` and remembered, by the sandbox and in the registry:
 * ListRoots allows one call a second. Throws `AwsRejected` when the broker's stack, which makes the units, was not deployed.
 */
export async function unitId(reader: Client, place: Place): Promise<string> {
  let known = places.get(reader);
  if (!known) {
    known = knownPlaces(reader);
    places.set(reader, known);
    // A failed look must not be remembered as the answer.
    known.catch(() => places.delete(reader));
  }
  const id = (await known).get(place);
  if (id) return id;
  await forgetPlaces(reader);
  const name = place === 'root' ? 'root' : `${PARENT_UNIT}/${organizationalUnits[place]}`;
  throw new CatalogueError('AwsRejected', `The organization has no unit ${name}: deploy the broker's stack.`);
}

async function knownPlaces(reader: Client): Promise<ReadonlyMap<Place, string>> {
  const registry = registries.get(reader);
  const kept = registry && (await readKnownUnits(registry));
  if (kept) return new Map(Object.entries(kept) as [Place, string][]);
  const found = await findPlaces(reader);
  if (registry) await writeKnownUnits(registry, Object.fromEntries(found));
  return found;
}

/** What was remembered does not fit the organization (any more). */
async function forgetPlaces(reader: Client): Promise<void> {
  places.delete(reader);
  const registry = registries.get(reader);
  if (registry) await forgetKnownUnits(registry);
}

async function findPlaces(reader: Client): Promise<ReadonlyMap<Place, string>> {
  const found = new Map<Place, string>();
  const { Roots = [] } = await reader.send(new ListRootsCommand({}));
  const rootId = Roots[0]?.Id;
  if (!rootId) return found;
  found.set('root', rootId);
  const parentId = (await childUnits(reader, rootId)).get(PARENT_UNIT);
  if (!parentId) return found;
  const units = await childUnits(reader, parentId);
  for (const [unit, name] of Object.entries(organizationalUnits)) {
    const id = units.get(name);
    if (id) found.set(unit as OrganizationalUnit, id);
  }
  return found;
}

async function childUnits(reader: Client, parentId: string): Promise<Map<string, string>> {
  const units = new Map<string, string>();
  let NextToken: string | undefined;
  do {
    const page = await reader.send(new ListOrganizationalUnitsForParentCommand({ ParentId: parentId, NextToken }));
    for (const { Name, Id } of page.OrganizationalUnits ?? []) if (Name && Id) units.set(Name, Id);
    NextToken = page.NextToken;
  } while (NextToken);
  return units;
}

/**
 * Moves an account as compare-and-swap: AWS checks that it is in `from`. One that is in `to` already counts as moved. Throws
 * `ResourceNotOwned` that names where it is when it is in neither, `NotYetConsistent` while AWS's answers contradict each other.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
 */
export async function moveAccount(
  { broker, reader }: OrganizationClients,
  accountId: string,
  from: Place,
  to: Place,
): Promise<void> {
  const source = await unitId(reader, from);
  const destination = await unitId(reader, to);
  try {
    await broker.send(
      new MoveAccountCommand({ AccountId: accountId, SourceParentId: source, DestinationParentId: destination }),
    );
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'DuplicateAccountException') return;
    if (name === 'DestinationParentNotFoundException') await forgetPlaces(reader);
    if (name !== 'SourceParentNotFoundException') throw error;
    throw misplaced(accountId, from, to, { source, destination, actual: await parentOf(reader, accountId) });
  }
}

/** The id of the root or unit that an account is in; reads may be a moment behind. */
export async function parentOf(reader: Client, accountId: string): Promise<string> {
  const { Parents = [] } = await reader.send(new ListParentsCommand({ ChildId: accountId }));
  return Parents[0]?.Id ?? 'unknown';
}

function misplaced(
  accountId: string,
  from: Place,
  to: Place,
  { source, destination, actual }: { source: string; destination: string; actual: string },
): CatalogueError {
  if (actual === source || actual === destination)
    return new CatalogueError('NotYetConsistent', `AWS does not say yet where the account ${accountId} is.`);
  return new CatalogueError(
    'ResourceNotOwned',
    `The account ${accountId} is in ${actual}, not in ${from} (${source}), and was not moved to ${to} (${destination}).`,
  );
}
