/**
 * A closed walk that goes every way between two different places exactly once: an Eulerian circuit of the complete directed
 * graph, by Hierholzer's algorithm. It begins and ends in the first place; n places give n (n - 1) + 1 entries.
 */
export function circuit<Place>(places: readonly Place[]): Place[] {
  const [first, ...rest] = places;
  if (first === undefined || rest.length === 0) return [...places];
  const untaken = new Map(places.map((from) => [from, places.filter((to) => to !== from)]));
  const stack = [first];
  const walk: Place[] = [];
  for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
    const next = untaken.get(at)?.shift();
    if (next !== undefined) stack.push(next);
    else {
      walk.push(at);
      stack.pop();
    }
  }
  return walk.reverse();
}
