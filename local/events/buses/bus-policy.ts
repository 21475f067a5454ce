import type { BusRecord } from '../records.ts';

/** The policy document of a bus as JSON text; undefined if it has no statement. */
export function busPolicy(bus: BusRecord | undefined): string | undefined {
  if (!bus || bus.statements.length === 0) return undefined;
  return JSON.stringify({ Version: '2012-10-17', Statement: bus.statements });
}
