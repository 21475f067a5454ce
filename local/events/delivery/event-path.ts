/** A step of a path: a field, an element, or every element / every field. */
type Step = { readonly field: string } | { readonly index: number } | 'all';

const STEP = /\.([\w/@-]+)|\[(\d+)\]|\[\*\]|\.\*|\['([^']+)'\]/y;

/**
 * Whether EventBridge takes this JSON path: `$` and then dot notation with letters, digits, `-`, `_`, `/`, array
 * indices and wildcards.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function isEventPath(path: string): boolean {
  return parsePath(path) !== undefined;
}

/** What stands at the path in the event; undefined if nothing does. A wildcard gives a list. */
export function readEventPath(event: unknown, path: string): unknown {
  const steps = parsePath(path);
  return steps ? follow(event, steps) : undefined;
}

function parsePath(path: string): Step[] | undefined {
  if (!path.startsWith('$')) return undefined;
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (!match) return undefined;
    const [, dotted, index, quoted] = match;
    const field = dotted ?? quoted;
    if (field !== undefined) steps.push({ field });
    else steps.push(index === undefined ? 'all' : { index: Number(index) });
  }
  return steps;
}

function follow(value: unknown, steps: readonly Step[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (step === 'all')
    return Object.values(value)
      .map((member) => follow(member, rest))
      .filter((member) => member !== undefined);
  if ('index' in step) return Array.isArray(value) ? follow(value[step.index], rest) : undefined;
  return Object.hasOwn(value, step.field) ? follow((value as Record<string, unknown>)[step.field], rest) : undefined;
}
