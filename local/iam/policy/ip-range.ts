import { BlockList, isIP } from 'node:net';

/** Ranges are few and recur with every request, so each is parsed once. */
const parsed = new Map<string, BlockList | undefined>();

/** Whether the address lies in the range (`10.0.0.0/8`, `2001:db8::/32`, or one address); false for anything malformed. */
export function inIpRange(address: string, range: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  if (!parsed.has(range)) {
    if (parsed.size > 10_000) parsed.clear();
    parsed.set(range, parseRange(range));
  }
  return parsed.get(range)?.check(address, family === 6 ? 'ipv6' : 'ipv4') ?? false;
}

/** Whether `IpAddress` accepts this value in a policy. */
export function isIpRange(range: string): boolean {
  return parseRange(range) !== undefined;
}

function parseRange(range: string): BlockList | undefined {
  const [network = '', length] = range.split('/');
  const family = isIP(network);
  if (family === 0) return undefined;
  const bits = family === 6 ? 128 : 32;
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (!(prefix >= 0 && prefix <= bits)) return undefined;
  const list = new BlockList();
  list.addSubnet(network, prefix, family === 6 ? 'ipv6' : 'ipv4');
  return list;
}
