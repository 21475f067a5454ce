const SUFFIXES: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/**
 * The number that a Kubernetes quantity stands for: cores for `500m` (0.5), bytes for `8Gi`.
 * Throws RangeError for what is no quantity. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function quantityValue(quantity: string): number {
  const match = quantity.match(/^(\d+(?:\.\d+)?)([mkMGTP]|[KMGTP]i)?$/);
  const factor = SUFFIXES[match?.[2] ?? ''];
  if (!match || factor === undefined) throw new RangeError(`"${quantity}" is not a Kubernetes quantity.`);
  return Number(match[1]) * factor;
}
