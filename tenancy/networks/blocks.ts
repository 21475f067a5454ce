/** Where networks are cut from: aligned blocks of one size, which never overlap. */
export interface NetworkPool {
  /** IPv4 range in CIDR notation. */
  readonly cidr: string;
  /** Size of each block; a VPC takes /16 to /28. */
  readonly prefixLength: number;
}

/** Blocks of a pool that are recorded together, so that a free one is found without looking at each. */
export interface BlockGroup {
  /** The aligned range that the group covers: the same one for every pool that has blocks in it. */
  readonly name: string;
  readonly blocks: readonly string[];
}

/** How many blocks a group holds at most. */
const GROUP_BITS = 8;

/** A range of IPv4 addresses: its first address as a number, and how many there are. */
interface Range {
  readonly first: number;
  readonly size: number;
}

/**
 * The groups of a pool, in the order in which this tenant looks through them, each with its blocks in the order in which
 * the tenant tries them. Tenants begin at different places, so that many at once seldom want the same block; every block
 * of the pool occurs exactly once. Throws an Error for a pool that is not a range, or smaller than a block.
 */
export function* blockGroups(pool: NetworkPool, tenantId: string): Generator<BlockGroup> {
  const { first, size } = rangeOf(pool.cidr);
  const block = 2 ** (32 - pool.prefixLength);
  if (block > size) throw new Error(`The network pool ${pool.cidr} has no room for a block of /${pool.prefixLength}.`);
  const groupSize = block * 2 ** GROUP_BITS;
  const firstGroup = first - (first % groupSize);
  const groups = Math.max(1, size / groupSize);
  const hash = hashOf(tenantId);
  for (const group of rotated(groups, hash)) {
    const start = Math.max(first, firstGroup + group * groupSize);
    const count = Math.min(size, groupSize) / block;
    yield {
      name: `${dotted(firstGroup + group * groupSize)}/${pool.prefixLength - GROUP_BITS}`,
      blocks: [...rotated(count, Math.floor(hash / groups))].map(
        (index) => `${dotted(start + index * block)}/${pool.prefixLength}`,
      ),
    };
  }
}

/** The group in which a block is recorded. */
export function groupOf(block: string): string {
  const { first, size } = rangeOf(block);
  const groupSize = size * 2 ** GROUP_BITS;
  return `${dotted(first - (first % groupSize))}/${Number(block.split('/')[1]) - GROUP_BITS}`;
}

/** Whether two blocks have an address in common. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [rangeOf(one), rangeOf(other)];
  return a.first < b.first + b.size && b.first < a.first + a.size;
}

/**
 * Host bits of the subnets that a block is divided into: a quarter of it for each private one, a sixteenth for each public
 * one. A subnet of a VPC has 4 host bits at least.
 */
export function subnetBits(block: string): { privateBits: number; publicBits: number } {
  const bits = 32 - Number(block.split('/')[1]);
  return { privateBits: bits - 2, publicBits: bits - 4 };
}

function rangeOf(cidr: string): Range {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const numbers = match?.slice(1).map(Number) ?? [];
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = numbers;
  if ([a, b, c, d].some((part) => part > 255) || prefix > 32) throw new Error(`${cidr} is not an IPv4 range.`);
  const size = 2 ** (32 - prefix);
  const address = ((a * 256 + b) * 256 + c) * 256 + d;
  return { first: address - (address % size), size };
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** 0 to `count` - 1, from a start that the hash chooses, once around. */
function* rotated(count: number, hash: number): Generator<number> {
  for (let step = 0; step < count; step++) yield (hash + step) % count;
}

/** FNV-1a, 32 bits: spreads ids that are alike. http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
