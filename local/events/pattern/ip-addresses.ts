/** An IPv4 or IPv6 address as its bytes. */
export type IpAddress = readonly number[];

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;
const IPV6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/;

/** The address the text names, or undefined if it is none. `::ffff:a.b.c.d` in hexadecimal counts as IPv4. */
export function ipAddress(text: string): IpAddress | undefined {
  if (IPV4.test(text)) {
    const octets = text.split('.').map(Number);
    return octets.every((octet) => octet <= 255) ? octets : undefined;
  }
  return IPV6.test(text) ? ipv6(text) : undefined;
}

function ipv6(text: string): IpAddress | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (!head) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail ? missing < 1 : missing !== 0) return undefined;
  const groups = tail ? [...head, ...Array<string>(missing).fill('0'), ...tail] : head;
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  const bytes = groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? bytes.slice(12) : bytes;
}

/** Whether the two addresses are the same. */
export function sameAddress(one: IpAddress, other: IpAddress): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** A test for membership in the CIDR block, or why the block is malformed (the text EventBridge gives). */
export function cidrBlock(block: string): ((address: IpAddress) => boolean) | { reason: string } {
  const [network = '', mask, ...rest] = block.split('/');
  if (mask === undefined || mask === '' || rest.length > 0) return { reason: "Malformed CIDR, one '/' required" };
  if (!/^[+-]?\d+$/.test(mask)) return { reason: 'Malformed CIDR, mask bits must be an integer' };
  const bits = Number(mask);
  if (bits < 0) return { reason: 'Malformed CIDR, mask bits must not be negative' };
  const base = ipAddress(network);
  if (!base) {
    const looksLikeOne = IPV4.test(network) || IPV6.test(network);
    return { reason: `${looksLikeOne ? 'Invalid' : 'Nonstandard'} IP address: ${network}` };
  }
  if (bits >= base.length * 8) {
    return { reason: base.length === 4 ? 'IPv4 mask bits must be < 32' : 'IPv6 mask bits must be < 128' };
  }
  return (address) =>
    address.length === base.length &&
    base.every((byte, index) => ((byte ^ (address[index] ?? 0)) & byteMask(bits, index)) === 0);
}

function byteMask(bits: number, index: number): number {
  const set = Math.min(8, Math.max(0, bits - index * 8));
  return (0xff << (8 - set)) & 0xff;
}
