import type { Branch, CompiledPattern } from './compile.ts';
import { type EventField, type Membership, readEventFields } from './event-fields.ts';
import type { Condition } from './operators.ts';

/** The leaves of an event, ready to be matched against many patterns. */
export type FlatEvent = ReadonlyMap<string, readonly EventField[]>;

/**
 * Reads the JSON text of an event into its leaves.
 * Throws `JsonSyntaxError` if it is no JSON object or nested deeper than 1000.
 */
export function flattenEvent(json: string): FlatEvent {
  return readEventFields(json);
}

/**
 * Whether the event matches. Fields inside arrays of objects are matched together: what matches must come from one
 * and the same element of each array, as on AWS.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-arrays.html
 */
export function matchesPattern(pattern: CompiledPattern, event: FlatEvent): boolean {
  return pattern.branches.some((branch) => matchesBranch(branch, event));
}

function matchesBranch(branch: Branch, event: FlatEvent): boolean {
  const fields = [...branch].sort(([one], [other]) => comparePaths(one, other));
  if (!fields.every(([path, conditions]) => possible(conditions, event.get(path) ?? []))) return false;
  let memberships: Membership[] = [new Map()];
  for (const [index, [path, conditions]] of fields.entries()) {
    const later = arraysOf(fields.slice(index + 1), event);
    memberships = distinct(
      memberships.flatMap((membership) => extend(membership, conditions, event.get(path) ?? [])),
      later,
    );
    if (memberships.length === 0) return false;
  }
  return true;
}

/** A cheap test first: most events differ in a field that is in no array. */
function possible(conditions: readonly Condition[], leaves: readonly EventField[]): boolean {
  return conditions.some((condition) => condition === 'absent' || leaves.some((leaf) => condition(leaf.value)));
}

/** The ways to meet the field's conditions without contradicting the array elements chosen so far. */
function extend(chosen: Membership, conditions: readonly Condition[], leaves: readonly EventField[]): Membership[] {
  const consistent = leaves.flatMap((leaf) => {
    const joined = join(chosen, leaf.membership);
    return joined ? [{ leaf, joined }] : [];
  });
  return conditions.flatMap((condition) => {
    if (condition === 'absent') return consistent.length === 0 ? [chosen] : [];
    return consistent.flatMap(({ leaf, joined }) => (condition(leaf.value) ? [joined] : []));
  });
}

function join(one: Membership, other: Membership): Membership | undefined {
  if (other.size === 0) return one;
  for (const [array, element] of other) {
    const chosen = one.get(array);
    if (chosen !== undefined && chosen !== element) return undefined;
  }
  return new Map([...one, ...other]);
}

function arraysOf(fields: readonly (readonly [string, unknown])[], event: FlatEvent): ReadonlySet<number> {
  const arrays = new Set<number>();
  for (const [path] of fields) {
    for (const leaf of event.get(path) ?? []) for (const array of leaf.membership.keys()) arrays.add(array);
  }
  return arrays;
}

/** Forgets arrays that no later field touches, so that what is left to try stays as small as the event. */
function distinct(memberships: readonly Membership[], arrays: ReadonlySet<number>): Membership[] {
  const kept = new Map<string, Membership>();
  for (const membership of memberships) {
    const entries = [...membership].filter(([array]) => arrays.has(array)).sort(([one], [other]) => one - other);
    kept.set(entries.join(';'), new Map(entries));
  }
  return [...kept.values()];
}

/** Sorted like a tree: everything below `a` stands together, right after `a`. */
function comparePaths(one: string, other: string): number {
  const [left, right] = [one.replaceAll('.', '\u0000'), other.replaceAll('.', '\u0000')];
  return left < right ? -1 : Number(left > right);
}
