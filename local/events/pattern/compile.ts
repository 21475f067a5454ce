import { invalidPattern } from './invalid-pattern.ts';
import { type Condition, literal, matchExpression } from './operators.ts';
import { type PatternReader, readPattern } from './pattern-reader.ts';

/** One way to match: every field (dotted path) meets one of its conditions. */
export type Branch = ReadonlyMap<string, readonly Condition[]>;

/** A compiled event pattern: an event matches if it matches one of the branches (`$or` makes several). */
export interface CompiledPattern {
  readonly branches: readonly Branch[];
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-complex-example-or */
const MOST_COMBINATIONS = 1000;

/** Names that are no field names inside `$or`, so that a misplaced operator is noticed. */
const RESERVED_INSIDE_OR = new Set([
  ...['exactly', 'equals-ignore-case', 'prefix', 'suffix', 'anything-but', 'exists', 'wildcard', 'numeric', 'cidr'],
  ...['=', '<', '<=', '>', '>=', 'regex', 'not-wildcard', 'not-equals-ignore-case'],
  ...['date-after', 'date-on-or-after', 'date-before', 'date-on-or-before', 'in-date-range'],
  ...['ip-address-in-range', 'ip-address-not-in-range'],
]);

/**
 * Compiles the text of an event pattern. A field given twice counts as given last, as on AWS.
 * Throws `InvalidEventPatternException`, with AWS's reason, for what EventBridge does not accept.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 */
export function compilePattern(text: string): CompiledPattern {
  const reader = readPattern(text);
  if (reader.next().kind !== '{') reader.reject('Filter is not an object');
  return { branches: objectBranches(reader, '', [], false) };
}

/** Adds what the object at `path` asks to each of the branches; the reader stands behind the opening brace. */
function objectBranches(reader: PatternReader, path: string, branches: Branch[], insideOr: boolean): Branch[] {
  let extended = branches;
  let empty = true;
  for (let name = reader.next(); name.kind !== '}'; name = reader.next()) {
    empty = false;
    if (name.text === '$or') {
      extended = orBranches(reader, path, extended);
      continue;
    }
    if (insideOr && RESERVED_INSIDE_OR.has(name.text)) {
      reader.reject(`${name.text} is Ruler reserved fieldName which cannot be used inside $or.`);
    }
    const field = path === '' ? name.text : `${path}.${name.text}`;
    const value = reader.next();
    if (value.kind === '{') extended = objectBranches(reader, field, extended, insideOr);
    else if (value.kind === '[') extended = withField(extended, field, conditions(reader));
    else reader.reject(`"${name.text}" must be an object or an array`);
  }
  if (empty) reader.reject('Empty objects are not allowed');
  return extended;
}

function orBranches(reader: PatternReader, path: string, branches: Branch[]): Branch[] {
  reader.expect('[', 'It must be an Array followed with $or.');
  const alternatives: Branch[] = [];
  let count = 0;
  for (let token = reader.next(); token.kind !== ']'; token = reader.next()) {
    count++;
    if (token.kind !== '{') reader.reject('Only JSON object is allowed in array of $or relationship.');
    alternatives.push(...objectBranches(reader, path, branches, true));
    if (alternatives.length > MOST_COMBINATIONS) {
      throw invalidPattern(`The use of $or results in over ${MOST_COMBINATIONS} rule combinations`);
    }
  }
  if (count < 2) reader.reject('There must have at least 2 Objects in $or relationship.');
  return alternatives;
}

function conditions(reader: PatternReader): Condition[] {
  const list: Condition[] = [];
  for (let token = reader.next(); token.kind !== ']'; token = reader.next()) {
    list.push(token.kind === '{' ? matchExpression(reader) : literal(reader, token));
  }
  if (list.length === 0) reader.reject('Empty arrays are not allowed');
  return list;
}

function withField(branches: Branch[], field: string, list: readonly Condition[]): Branch[] {
  const extended = branches.length === 0 ? [new Map<string, readonly Condition[]>()] : branches;
  return extended.map((branch) => new Map(branch).set(field, list));
}
