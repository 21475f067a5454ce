import type { Expression } from 'jsonata';

/** A node of JSONata's syntax tree, as far as the bounds look at it. */
export interface Syntax {
  type: string;
  value?: unknown;
  [member: string]: unknown;
}

/** Longest evaluation, in real milliseconds: an endless one ends as States.QueryEvaluationError. */
const LONGEST_EVALUATION = 1_000;
/** After this many milliseconds without a pause other executions get a turn. */
const LONGEST_TURN = 10;
/** Deepest nesting of calls; each level costs memory. */
const DEEPEST_NESTING = 5_000;
/** Most elements that ranges and `$append` may make in one evaluation; JSONata allows as many in one range. */
const MOST_ELEMENTS = 10_000_000;

const ENTRY = Symbol.for('jsonata.__evaluate_entry');
const EXIT = Symbol.for('jsonata.__evaluate_exit');

/** Name under which an evaluation finds its budget; no expression can spell it. */
export const BUDGET = '\u0000budget';
export const RANGE = '\u0000range';

interface Environment {
  lookup(name: string): unknown;
}

/** What one evaluation may still use. */
export class Budget {
  readonly started = performance.now();
  turnStarted = this.started;
  depth = 0;
  elements = 0;

  /** Charges newly made array elements. Throws what JSONata throws for an oversized range. */
  charge(count: number): void {
    this.elements += count;
    if (this.elements > MOST_ELEMENTS) throw { code: 'D2014', value: this.elements };
  }
}

/** Nodes whose cost is bounded by the size of the expression times the size of the data. */
const PLAIN_TYPES = new Set([
  'string',
  'number',
  'value',
  'variable',
  'name',
  'path',
  'unary',
  'binary',
  'condition',
  'function',
]);

/** The variables an expression mentions, and whether its evaluation needs watching. */
export function inspect(root: Syntax): { variables: string[]; risky: boolean } {
  const variables = new Set<string>();
  let risky = false;
  visit(root, (node) => {
    if (node.type === 'variable' && typeof node.value === 'string' && node.value !== 'states') {
      variables.add(node.value);
    }
    if (!PLAIN_TYPES.has(node.type) || node['predicate'] || node['stages'] || node['group']) risky = true;
    if (node.type === 'binary' && node.value === '..') risky = true;
    // A path whose steps compute something multiplies its cost with each step.
    if (node.type === 'path' && (node['steps'] as Syntax[]).some((step, i) => i > 0 && step.type !== 'name'))
      risky = true;
  });
  return { variables: [...variables], risky };
}

function visit(value: unknown, see: (node: Syntax) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see);
  } else if (typeof value === 'object' && value !== null && !(value instanceof RegExp)) {
    if (typeof (value as Syntax).type === 'string') see(value as Syntax);
    for (const member of Object.values(value)) visit(member, see);
  }
}

/** Turns `[a..b]` into a call of the budgeted range function. */
export function boundRanges(root: Syntax): void {
  visit(root, (node) => {
    if (node.type !== 'binary' || node.value !== '..') return;
    node['arguments'] = [node['lhs'], node['rhs']];
    node['procedure'] = { type: 'variable', value: RANGE, position: node['position'] };
    node.type = 'function';
    node.value = '(';
    delete node['lhs'];
    delete node['rhs'];
  });
}

/** Watches time and depth of every evaluation of `expression`, and lets others run in between. */
export function bindBounds(expression: Expression): void {
  const assign = expression.assign as unknown as (name: symbol, value: unknown) => void;
  assign(ENTRY, (_node: unknown, _input: unknown, environment: Environment) => enter(environment));
  assign(EXIT, (_node: unknown, _input: unknown, environment: Environment) => {
    (environment.lookup(BUDGET) as Budget).depth--;
  });
}

function enter(environment: Environment): Promise<void> | undefined {
  const budget = environment.lookup(BUDGET) as Budget;
  budget.depth++;
  const now = performance.now();
  if (budget.depth > DEEPEST_NESTING) throw { code: 'U1001', message: 'Stack overflow' };
  if (now - budget.started > LONGEST_EVALUATION) throw { code: 'U1001', message: 'Expression evaluation timeout' };
  if (now - budget.turnStarted < LONGEST_TURN) return undefined;
  return new Promise((resolve) => {
    setImmediate(() => {
      budget.turnStarted = performance.now();
      resolve();
    });
  });
}

/** JSONata's range operator within the budget. */
export function boundedRange(budget: Budget, from: unknown, to: unknown): unknown {
  for (const [code, end] of [
    ['T2003', from],
    ['T2004', to],
  ] as const) {
    if (end !== undefined && !Number.isInteger(end)) throw { code, value: end };
  }
  if (from === undefined || to === undefined || (from as number) > (to as number)) return undefined;
  const size = (to as number) - (from as number) + 1;
  budget.charge(size);
  const result = Array.from({ length: size }, (_, i) => (from as number) + i);
  Object.defineProperty(result, 'sequence', { value: true, enumerable: false });
  return result;
}
