/** One place in two trees: its path with dots, and what stands there in the first and in the second. */
export type Difference = [path: string, first: unknown, second: unknown];

/** Every leaf in which two trees differ, by path. Lists are compared as they stand, but those of named things by name. */
export function differences(first: unknown, second: unknown, path = ''): Difference[] {
  if (isTree(first) && isTree(second)) {
    const [left, right] = [branches(first), branches(second)];
    return [...new Set([...Object.keys(left), ...Object.keys(right)])]
      .flatMap((key) => differences(left[key], right[key], path === '' ? key : `${path}.${key}`))
      .sort((a, b) => a[0].localeCompare(b[0]));
  }
  // A tree on one side only: its leaves are the differences.
  if (isTree(first) && second === undefined) return differences(first, {}, path);
  if (isTree(second) && first === undefined) return differences({}, second, path);
  return Object.is(first, second) ? [] : [[path, first, second]];
}

/** The tree without what means the same as if it were left out: false, 0, empty texts, lists and objects. */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((each) => withoutEmpty(each) ?? each);
  if (!isTree(value)) return value === false || value === 0 || value === '' || value === null ? undefined : value;
  const kept = Object.entries(value)
    .map(([key, each]) => [key, withoutEmpty(each)] as const)
    .filter(([, each]) => each !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function branches(tree: object): Record<string, unknown> {
  if (!Array.isArray(tree)) return tree as Record<string, unknown>;
  const items: unknown[] = tree;
  const named = items.every((item) => isTree(item) && 'name' in item);
  return Object.fromEntries(
    items.map((item, index) => [named ? (item as { name: string }).name : String(index), item]),
  );
}
