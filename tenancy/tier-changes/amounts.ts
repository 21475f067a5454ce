import { excessOf, sumOf } from '../workspace/quantities.ts';

/**
 * A quantity as a cluster may write it (`1e3`, `250u`, `2Ei`) in a form that configurations have too; what is finer than a
 * thousandth is rounded up. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function plainQuantity(quantity: string): string {
  const [, number = '', suffix = ''] = /^(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(n|u|E|Ei)?$/.exec(quantity) ?? [];
  const milli = (value: number) => `${BigInt(Math.ceil(value))}m`;
  if (suffix === 'n') return milli(Number(number) / 1e6);
  if (suffix === 'u') return milli(Number(number) / 1e3);
  if (suffix === 'E') return sumOf(...Array.from({ length: 1_000 }, () => `${number}P`));
  if (suffix === 'Ei') return sumOf(...Array.from({ length: 1_024 }, () => `${number}Pi`));
  return /[eE]/.test(number) ? milli(Number(number) * 1e3) : quantity;
}

/** By how much what is used is above what is allowed; undefined if it is not. */
export function above(used: string, allowed: string): string | undefined {
  return excessOf(plainQuantity(used), plainQuantity(allowed));
}

/** What is left of the first without the second; nothing is less than nothing. */
export function without(whole: string, part: string): string {
  return above(whole, part) ?? '0';
}

/** The sum of quantities of either form. */
export function total(...quantities: readonly string[]): string {
  const sum = sumOf('0', ...quantities.map(plainQuantity));
  return /^0\D*$/.test(sum) ? '0' : sum;
}
