import { DOLLARS_PER_TRANSITION } from '../billed.ts';
import { aligned } from '../table.ts';
import type { Moved } from './move.ts';

/** A move that was made, by the placements. */
export interface Row extends Moved {
  readonly from: string;
  readonly to: string;
}

const HEADINGS = ['from', 'to', 'simulated', 'real', 'released', 'transitions', '+ release', 'objects'];

/** The table of moves, with the sums as its last line; seconds. */
export function tableOf(rows: readonly Row[]): string[] {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const total: Row = {
    from: `${rows.length} moves`,
    to: '',
    simulated: sum((row) => row.simulated),
    real: sum((row) => row.real),
    released: sum((row) => row.released),
    transitions: { change: sum((row) => row.transitions.change), release: sum((row) => row.transitions.release) },
    objects: sum((row) => row.objects),
  };
  return aligned([HEADINGS, ...[...rows, total].map(cells)], 2);
}

function cells(row: Row): string[] {
  const seconds = (milliseconds: number) => (milliseconds / 1_000).toFixed(1);
  return [
    row.from,
    row.to,
    seconds(row.simulated),
    seconds(row.real),
    seconds(row.released),
    String(row.transitions.change),
    String(row.transitions.release),
    String(row.objects),
  ];
}

/** What all of it costs in state transitions, US dollars. */
export function dollarsOf(rows: readonly Row[]): number {
  return rows.reduce((sum, { transitions: { change, release } }) => sum + change + release, 0) * DOLLARS_PER_TRANSITION;
}
