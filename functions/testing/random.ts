/** Numbers that are the same in every run with the same seed. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Whole, from 0 to below `end`. */
  below(end: number): number;
  /** True in that share of the calls. */
  chance(share: number): boolean;
}

/** Mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, below: (end) => Math.floor(next() * end), chance: (share) => next() < share };
}
