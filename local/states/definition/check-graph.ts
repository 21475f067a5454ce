import { checkState, innerContainers } from './check-state.ts';
import { checkFields, type Inspection, isObject, type Json, type JsonObject, requireFields } from './diagnostics.ts';

const CONTAINER = ['StartAt', 'States', 'Comment'];
const LONGEST_NAME = 80;

/** Checks a machine or an inner container: its states, then how they are connected. `path` is '' for the machine. */
export function checkContainer(
  inspection: Inspection,
  container: JsonObject,
  path: string,
  seen: Set<string>,
  extraFields: readonly string[] = [],
): void {
  const at = path || '/';
  checkFields(inspection, container, [...CONTAINER, ...extraFields], at);
  requireFields(inspection, container, ['StartAt', 'States'], at);
  const states = container['States'];
  if (!isObject(states)) {
    if (states !== undefined) inspection.schema('Expected value of type Object', `${path}/States`);
    return;
  }
  if (Object.keys(states).length === 0) inspection.schema('Expected at least one state', `${path}/States`);
  for (const [name, state] of Object.entries(states)) {
    const location = `${path}/States/${name}`;
    if (name.length > LONGEST_NAME) inspection.schema(`State name exceeds ${LONGEST_NAME} characters`, location);
    if (seen.has(name)) inspection.report('DUPLICATE_STATE_NAME', `Duplicate State name: ${name}`, location);
    seen.add(name);
    if (!isObject(state)) {
      inspection.schema('Expected value of type Object', location);
      continue;
    }
    checkState(inspection, state, location);
    for (const [inner, innerPath] of innerContainers(state, location)) {
      checkContainer(inspection, inner, innerPath, seen, innerPath.endsWith(']') ? [] : ['ProcessorConfig']);
    }
  }
  checkConnections(inspection, container['StartAt'], states, path);
}

interface Transition {
  readonly target: Json;
  readonly location: string;
}

function checkConnections(inspection: Inspection, startAt: Json | undefined, states: JsonObject, path: string): void {
  const start: Transition[] = startAt === undefined ? [] : [{ target: startAt, location: `${path}/StartAt` }];
  const outgoing = new Map<string, Transition[]>();
  let ends = false;
  for (const [name, state] of Object.entries(states)) {
    if (!isObject(state)) return;
    const location = `${path}/States/${name}`;
    const transitions = transitionsOf(state, location);
    outgoing.set(name, transitions);
    const terminal = state['End'] === true || state['Type'] === 'Succeed' || state['Type'] === 'Fail';
    ends ||= terminal;
    checkEnd(inspection, state, location);
  }
  for (const { target, location } of [...start, ...[...outgoing.values()].flat()]) {
    if (typeof target === 'string' && Object.hasOwn(states, target)) continue;
    inspection.report('MISSING_TRANSITION_TARGET', `Missing 'Next' target: ${String(target)}`, location);
  }
  if (!ends) {
    // AWS says no more about a graph without an end.
    inspection.report('MISSING_END_STATE', 'Workflow has no terminal state');
    return;
  }
  const reached = reachable(start, outgoing);
  for (const name of Object.keys(states)) {
    if (reached.has(name)) continue;
    inspection.report('MISSING_TRANSITION_TARGET', `State "${name}" is not reachable.`, `${path}/States/${name}`);
  }
}

/** States that go on say where, or that they are the last. */
function checkEnd(inspection: Inspection, state: JsonObject, location: string): void {
  const { Type: type, Next: next, End: end } = state;
  if (type === 'Choice' || type === 'Succeed' || type === 'Fail' || typeof type !== 'string') return;
  if (next === undefined && end !== true) inspection.schema('These fields are required: [Next]', location);
  if (next !== undefined && end === true) {
    inspection.schema('Only one of these fields is allowed: [Next, End]', location);
  }
}

function transitionsOf(state: JsonObject, location: string): Transition[] {
  const found: Transition[] = [];
  for (const field of ['Next', 'Default']) {
    if (state[field] !== undefined) found.push({ target: state[field], location: `${location}/${field}` });
  }
  for (const field of ['Choices', 'Catch']) {
    const rules = state[field];
    if (!Array.isArray(rules)) continue;
    for (const [index, rule] of rules.entries()) {
      if (!isObject(rule) || rule['Next'] === undefined) continue;
      found.push({ target: rule['Next'], location: `${location}/${field}[${index}]/Next` });
    }
  }
  return found;
}

function reachable(start: readonly Transition[], outgoing: ReadonlyMap<string, Transition[]>): Set<string> {
  const reached = new Set<string>();
  const waiting = start.map(({ target }) => String(target));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const { target } of outgoing.get(name) ?? []) waiting.push(String(target));
  }
  return reached;
}
