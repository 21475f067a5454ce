/** Any run of characters, the empty one included. */
const ANY = -1;
/** Exactly one character. */
const ONE = -2;

/**
 * A pattern of a policy: UTF-16 code units, with negative numbers for `*` and `?`. Text that came from a policy variable
 * is put in as plain code units, so that a tag whose value is `*` matches only an asterisk.
 */
export type Pattern = readonly number[];

/** Compiles `*` and `?`; everything else stands for itself. */
export function compilePattern(text: string): Pattern {
  return Array.from({ length: text.length }, (_, index) => {
    const unit = text.charCodeAt(index);
    return unit === 42 ? ANY : unit === 63 ? ONE : unit;
  });
}

/** A pattern that matches only this very text. */
export function literalPattern(text: string): Pattern {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

/**
 * Whether the whole text matches. Goes back to the last `*` only, so the cost is at most pattern times text whatever
 * the pattern: a policy built to be slow stays harmless.
 */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  let p = 0;
  let t = 0;
  let lastStar = -1;
  let resumeAt = 0;
  while (t < text.length) {
    const unit = pattern[p];
    if (unit === ANY) {
      lastStar = p++;
      resumeAt = t;
    } else if (unit === ONE || unit === text.charCodeAt(t)) {
      p++;
      t++;
    } else if (lastStar >= 0) {
      p = lastStar + 1;
      t = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[p] === ANY) p++;
  return p === pattern.length;
}

/** `matchesPattern` for a pattern used once. */
export function matchesWildcard(pattern: string, text: string): boolean {
  return matchesPattern(compilePattern(pattern), text);
}
