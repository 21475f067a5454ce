/**
 * Whether everything that is wanted is live: every wanted field has the wanted value, lists are equal in length and
 * order. What the API server added is ignored. A value that it writes another way (`1000m` for `1`) counts as different,
 * which costs one needless write and nothing else.
 */
export function covers(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(live) && live.length === wanted.length && wanted.every((item, i) => covers(live[i], item));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof live !== 'object' || live === null) return isEmpty(wanted) && live === undefined;
    const fields = live as Record<string, unknown>;
    return Object.entries(wanted).every(([key, value]) => covers(fields[key], value));
  }
  return live === wanted;
}

/** The API server leaves empty selectors out of what it returns, or fills them in; both mean the same. */
function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
