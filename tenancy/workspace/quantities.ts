/**
 * Arithmetic on Kubernetes quantities, exact: amounts are counted in thousandths, the smallest unit that is used here.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
const thousandths: Readonly<Record<string, bigint>> = {
  m: 1n,
  '': 1_000n,
  k: 10n ** 6n,
  M: 10n ** 9n,
  G: 10n ** 12n,
  T: 10n ** 15n,
  P: 10n ** 18n,
  Ki: 1_000n * 2n ** 10n,
  Mi: 1_000n * 2n ** 20n,
  Gi: 1_000n * 2n ** 30n,
  Ti: 1_000n * 2n ** 40n,
  Pi: 1_000n * 2n ** 50n,
};

/** The number it stands for: cores for `500m` (0.5), bytes for `8Gi`. @throws RangeError for what is no quantity. */
export function quantityValue(quantity: string): number {
  return Number(parse(quantity).amount) / 1_000;
}

/** The sum, in the largest unit that writes it as a whole number. @throws RangeError for what is no quantity. */
export function sumOf(...quantities: readonly string[]): string {
  const units = quantities.map(parse);
  const total = units.reduce((sum, { amount }) => sum + amount, 0n);
  return written(total, units);
}

/** By how much the first is larger than the second; undefined if it is not. @throws RangeError for what is no quantity. */
export function excessOf(one: string, other: string): string | undefined {
  const units = [parse(one), parse(other)];
  const excess = (units[0]?.amount ?? 0n) - (units[1]?.amount ?? 0n);
  return excess > 0n ? written(excess, units) : undefined;
}

/** The larger one, as it was written. @throws RangeError for what is no quantity. */
export function largerOf(one: string, other: string): string {
  return parse(one).amount >= parse(other).amount ? one : other;
}

/** The smaller one, as it was written. @throws RangeError for what is no quantity. */
export function smallerOf(one: string, other: string): string {
  return parse(one).amount <= parse(other).amount ? one : other;
}

function parse(quantity: string): { amount: bigint; unit: string } {
  const match = /^(\d+)(?:\.(\d+))?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/.exec(quantity);
  const [, whole = '', fraction = '', unit = ''] = match ?? [];
  const size = thousandths[unit];
  if (match === null || size === undefined) throw new RangeError(`"${quantity}" is no Kubernetes quantity.`);
  const scale = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * size;
  // Rounded up, as Kubernetes does with what is finer than a thousandth.
  return { amount: (scaled + scale - 1n) / scale, unit };
}

/** In binary units if one of the parts is. */
function written(amount: bigint, parts: readonly { readonly unit: string }[]): string {
  const binary = parts.some(({ unit }) => unit.endsWith('i'));
  return write(amount, binary ? ['Pi', 'Ti', 'Gi', 'Mi', 'Ki', '', 'm'] : ['P', 'T', 'G', 'M', 'k', '', 'm']);
}

function write(amount: bigint, units: readonly string[]): string {
  const unit = units.find((each) => amount % (thousandths[each] ?? 1n) === 0n) ?? 'm';
  return `${amount / (thousandths[unit] ?? 1n)}${unit}`;
}
