import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { CatalogueError } from '../../tenancy/errors.ts';
import { type Placed, placementId } from '../../tenancy/names.ts';
import { blockGroups, groupOf, type NetworkPool } from '../../tenancy/networks/blocks.ts';
import { conditionally, type Table } from '../runtime/table.ts';

/**
 * Who has which block. A tenant first writes which block it wants (`TENANT#…/NETWORK`, one for each placement), then takes it, then notes that it
 * holds it; so whatever a crash leaves behind is named by the tenant's own item. A block is an attribute of its group's
 * item (`NETWORKS/GROUP#…`), whose value is the placement: taking one is a single conditional write, finding a free one a
 * single read in all but a nearly full pool.
 */
interface Claim {
  cidr: string;
  held?: boolean;
}

/** Tries until a claim that always loses against another invocation for the same tenant is given up. */
const TRIES = 20;

/**
 * A block for the tenant's network: the one it has, or a free one that no other tenant has or gets.
 * @throws NetworkPoolExhausted when all blocks are taken; InvalidInput when the pool was cut into blocks of another size.
 */
export async function claimNetwork(table: Table, pool: NetworkPool, placed: Placed): Promise<string> {
  const known = await readClaim(table, placed);
  if (known?.held) return known.cidr;
  await agreeOnSize(table, pool);
  let claim = known;
  for (let tries = 0; tries < TRIES; tries++) {
    claim ??= await intend(table, placed, await freeBlock(table, pool, placed), undefined);
    if (claim.held) return claim.cidr;
    if (await take(table, claim.cidr, placed)) {
      if (await hold(table, claim.cidr, placed)) return claim.cidr;
      // Another invocation for this tenant has gone on to another block: this one must not stay taken.
      await giveBack(table, claim.cidr, placed);
      claim = await readClaim(table, placed);
    } else {
      claim = await intend(table, placed, await freeBlock(table, pool, placed), claim.cidr);
    }
  }
  throw new CatalogueError(
    'AwsUnavailable',
    `The network of tenant ${placementId(placed)} is being claimed by others too.`,
  );
}

/** Gives the tenant's block back; a tenant without one is a success. Call it when nothing uses the block any more. */
export async function releaseNetwork(table: Table, placed: Placed): Promise<void> {
  const claim = await readClaim(table, placed);
  if (!claim) return;
  await giveBack(table, claim.cidr, placed);
  await table.client.send(new DeleteCommand({ TableName: table.name, Key: claimKey(placed) }));
}

const claimKey = ({ tenantId, generation }: Placed) => ({
  pk: `TENANT#${tenantId}`,
  sk: generation === 1 ? 'NETWORK' : `NETWORK#${generation}`,
});
const groupKey = (group: string) => ({ pk: 'NETWORKS', sk: `GROUP#${group}` });

/** What the placement wants or has. */
export async function readClaim(table: Table, placed: Placed): Promise<Claim | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: claimKey(placed), ConsistentRead: true }),
  );
  return Item as Claim | undefined;
}

/** Blocks of one size never overlap; of two sizes they might, so the first claim fixes it. */
async function agreeOnSize(table: Table, { prefixLength }: NetworkPool): Promise<void> {
  const agreed = await changed(table, {
    Key: { pk: 'NETWORKS', sk: 'POOL' },
    UpdateExpression: 'SET prefixLength = :length',
    ConditionExpression: 'attribute_not_exists(pk) OR prefixLength = :length',
    ExpressionAttributeValues: { ':length': prefixLength },
  });
  if (agreed) return;
  throw new CatalogueError(
    'InvalidInput',
    `accounts.networks.prefixLength of the configuration is ${prefixLength}, but the pool was cut into blocks of another size: it cannot change.`,
  );
}

async function freeBlock(table: Table, pool: NetworkPool, placed: Placed): Promise<string> {
  for (const { name, blocks } of blockGroups(pool, placementId(placed))) {
    const { Item: taken = {} } = await table.client.send(
      new GetCommand({ TableName: table.name, Key: groupKey(name), ConsistentRead: true }),
    );
    const free = blocks.find((block) => taken[block] === undefined);
    if (free !== undefined) return free;
  }
  throw new CatalogueError('NetworkPoolExhausted', `All blocks of /${pool.prefixLength} in ${pool.cidr} are taken.`);
}

/** Writes which block is wanted in place of `previous`; if another invocation was first, what it wrote. */
async function intend(table: Table, placed: Placed, cidr: string, previous: string | undefined): Promise<Claim> {
  const written = await changed(table, {
    Key: claimKey(placed),
    UpdateExpression: 'SET cidr = :cidr',
    ConditionExpression: previous ? 'cidr = :previous AND attribute_not_exists(held)' : 'attribute_not_exists(cidr)',
    ExpressionAttributeValues: { ':cidr': cidr, ...(previous && { ':previous': previous }) },
  });
  return written ? { cidr } : ((await readClaim(table, placed)) ?? { cidr });
}

/** Whether the block is now, or was already, the tenant's. */
function take(table: Table, cidr: string, placed: Placed): Promise<boolean> {
  return changed(table, {
    Key: groupKey(groupOf(cidr)),
    UpdateExpression: 'SET #block = :tenant',
    ConditionExpression: 'attribute_not_exists(#block) OR #block = :tenant',
    ExpressionAttributeNames: { '#block': cidr },
    ExpressionAttributeValues: { ':tenant': placementId(placed) },
  });
}

function hold(table: Table, cidr: string, placed: Placed): Promise<boolean> {
  return changed(table, {
    Key: claimKey(placed),
    UpdateExpression: 'SET held = :true',
    ConditionExpression: 'cidr = :cidr',
    ExpressionAttributeValues: { ':true': true, ':cidr': cidr },
  });
}

async function giveBack(table: Table, cidr: string, placed: Placed): Promise<void> {
  await changed(table, {
    Key: groupKey(groupOf(cidr)),
    UpdateExpression: 'REMOVE #block',
    ConditionExpression: '#block = :tenant',
    ExpressionAttributeNames: { '#block': cidr },
    ExpressionAttributeValues: { ':tenant': placementId(placed) },
  });
}

/** A conditional write: false if its condition was not met. */
function changed(
  table: Table,
  update: Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName'>,
): Promise<boolean> {
  return conditionally(table, new UpdateCommand({ ...update, TableName: table.name }));
}
