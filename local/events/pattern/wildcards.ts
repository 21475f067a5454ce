/** A wildcard split at its stars: `a*b` is `['a', 'b']`. Escapes (`\*`, `\\`) are resolved. */
export type Wildcard = readonly string[];

/**
 * How many places of a wildcard one value may be at simultaneously. EventBridge does not publish its number; it names the two causes
 * (many wildcards, repeated sequences after one), and accepts seven.
 */
export const WILDCARD_COMPLEXITY_LIMIT = 12;
/** Sets of simultaneous places looked at before a wildcard counts as too complex. */
const MOST_PLACE_SETS = 5_000;

/**
 * Parses a wildcard, or says why EventBridge refuses it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filter-wildcard-matching
 */
export function parseWildcard(text: string): Wildcard | { reason: string } {
  const parts: string[] = [];
  let part = '';
  // EventBridge counts positions in bytes, from the opening quote.
  const position = (at: number) => Buffer.byteLength(text.slice(0, at)) + 1;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    const next = text[at + 1];
    if (character === '*') {
      if (next === '*') return { reason: `Consecutive wildcard characters at pos ${position(at)}` };
      parts.push(part);
      part = '';
      continue;
    }
    if (character === '\\') {
      if (next !== '*' && next !== '\\') return { reason: `Invalid escape character at pos ${position(at)}` };
      at++;
    }
    part += character === '\\' ? next : character;
  }
  return [...parts, part];
}

/** Whether the whole value fits; the time is linear in the value for each part of the wildcard, whatever the two hold. */
export function matchesWildcard(wildcard: Wildcard, value: string): boolean {
  const first = wildcard[0] ?? '';
  if (wildcard.length === 1) return value === first;
  const last = wildcard.at(-1) ?? '';
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  let from = first.length;
  const end = value.length - last.length;
  for (const part of wildcard.slice(1, -1)) {
    const found = value.indexOf(part, from);
    if (found < 0 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}

/**
 * Whether some value could be at {@link WILDCARD_COMPLEXITY_LIMIT} or more places of the wildcard at the same time: the
 * number of its prefixes that match one and the same value.
 */
export function tooComplex(wildcard: Wildcard): boolean {
  if (wildcard.length === 1) return false;
  const places = placesOf(wildcard);
  const alphabet = [...new Set(places.filter((place) => place !== STAR)), OTHER];
  const seen = new Set<string>();
  const pending = [behindStars(places, [0])];
  for (let set = pending.pop(); set; set = pending.pop()) {
    const key = set.join();
    if (set.length === 0 || seen.has(key)) continue;
    seen.add(key);
    for (const character of alphabet) {
      const next = step(places, set, character);
      if (next.length >= WILDCARD_COMPLEXITY_LIMIT) return true;
      pending.push(next);
    }
    if (seen.size > MOST_PLACE_SETS) return true;
  }
  return false;
}

const STAR = Symbol('star');
/** Stands for any character the wildcard does not name. */
const OTHER = Symbol('other');
type Place = string | symbol;

function placesOf(wildcard: Wildcard): Place[] {
  return wildcard.flatMap((part, index): Place[] => (index === 0 ? [...part] : [STAR, ...part]));
}

function step(places: readonly Place[], set: readonly number[], character: Place): number[] {
  const next: number[] = [];
  for (const at of set) {
    if (places[at - 1] === STAR) next.push(at);
    if (places[at] === character) next.push(at + 1);
  }
  return behindStars(places, next);
}

/** A star may stand for nothing, so being in front of a star is also being behind it. */
function behindStars(places: readonly Place[], set: readonly number[]): number[] {
  const reached = new Set(set);
  for (const at of set) if (places[at] === STAR) reached.add(at + 1);
  return [...reached].sort((one, other) => one - other);
}
