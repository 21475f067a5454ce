import { validationError } from './template.ts';

/**
 * `count` IPv4 blocks with `hostBits` host bits each, cut one after another from `block` (Fn::Cidr).
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html
 */
export function cidrBlocks(block: string, count: number, hostBits = 8): string[] {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(block);
  if (!match) throw validationError(`Template error: Fn::Cidr: ${block} is not a valid IPv4 CIDR block`);
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  const size = 2 ** hostBits;
  const available = 2 ** (32 - prefix) / size;
  if (count < 1 || count > 256 || count > available) {
    throw validationError(`Template error: Fn::Cidr cannot cut ${count} blocks with ${hostBits} bits from ${block}`);
  }
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  const base = first - (first % 2 ** (32 - prefix));
  return Array.from({ length: count }, (_, index) => `${dotted(base + index * size)}/${32 - hostBits}`);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
