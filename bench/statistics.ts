/** The value below which `percent` per cent of the values lie (nearest rank). NaN for none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** The 50th percentile. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}
