import { aligned } from '../table.ts';

/** One line of the table of placements; milliseconds. */
export interface Row {
  readonly placement: string;
  readonly runs: number;
  readonly simulated: number;
  readonly real: number;
  readonly waited: number;
  readonly own: number;
  readonly steps: number;
  /** What the own share is compared with. */
  readonly base?: number;
  /** At most so much more than `base`. */
  readonly goal?: number;
}

const seconds = (milliseconds: number | undefined) =>
  milliseconds === undefined ? '-' : (milliseconds / 1_000).toFixed(milliseconds < 100_000 ? 2 : 0);

const HEADINGS = ['placement', 'runs', 'simulated', 'real', "AWS's", 'own', 'steps', 'bare', 'verdict'];

/** The table; seconds. */
export function tableOf(rows: readonly Row[]): string[] {
  const cells = rows.map((row) => [
    row.placement,
    String(row.runs),
    ...[row.simulated, row.real, row.waited, row.own, row.steps, row.base].map(seconds),
    verdict(row.own, row.base ?? 0, row.goal),
  ]);
  return aligned([HEADINGS, ...cells], 1);
}

/** `met` or `NOT MET`, and by which goal. */
export function verdict(value: number, base: number, goal: number | undefined): string {
  if (goal === undefined) return 'no goal';
  const met = value - base <= goal ? 'met' : 'NOT MET';
  const over = base === 0 ? '' : ' over bare';
  return `${met}: ${seconds(value - base)} s${over}, at most ${seconds(goal)} s`;
}
