/** An IPv4 block: its first address and how many bits are fixed. */
export interface Block {
  readonly start: number;
  readonly prefix: number;
}

/** `10.0.0.0/16` as numbers; undefined if it is no IPv4 block. */
export function parseBlock(text: string): Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32) return undefined;
  return { start: a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d, prefix };
}

/** Number of addresses. */
export function blockSize({ prefix }: Block): number {
  return 2 ** (32 - prefix);
}

/** The block with the bits after the prefix cleared, as EC2 stores it. */
export function canonical(block: Block): string {
  const start = block.start - (block.start % blockSize(block));
  return `${dotted(start)}/${block.prefix}`;
}

/** `10.0.0.1` */
export function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** Whether two blocks share an address. */
export function overlap(a: Block, b: Block): boolean {
  return a.start < b.start + blockSize(b) && b.start < a.start + blockSize(a);
}

/** Whether `inner` lies within `outer`. */
export function contains(outer: Block, inner: Block): boolean {
  return inner.start >= outer.start && inner.start + blockSize(inner) <= outer.start + blockSize(outer);
}
