import jsonata from 'jsonata';
import type { Inspection, Json } from './diagnostics.ts';

/** The expression between `{%` and `%}`; undefined for other text. */
export function expressionOf(text: string): string | undefined {
  return text.startsWith('{%') && text.endsWith('%}') && text.length >= 4 ? text.slice(2, -2) : undefined;
}

/** Checks every `{% … %}` text inside `value`. */
export function checkExpressions(inspection: Inspection, value: Json, location: string): void {
  if (typeof value === 'string') {
    const expression = expressionOf(value);
    if (expression !== undefined) checkExpression(inspection, expression, location);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkExpressions(inspection, item, `${location}[${index}]`);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) checkExpressions(inspection, item, `${location}/${key}`);
  }
}

/**
 * An expression has to parse, and may read only `$states` and variables: there is no input at the top level.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
function checkExpression(inspection: Inspection, expression: string, location: string): void {
  try {
    const tree = jsonata(expression).ast() as unknown as Node;
    for (const name of new Set(topLevelNames(tree))) {
      inspection.report(
        'UNSUPPORTED_JSONATA_EXPRESSION',
        `Reference to '${name}' at the top level is not supported.`,
        location,
      );
    }
  } catch (error) {
    const message = (error as { message?: string }).message ?? String(error);
    inspection.report('INVALID_JSONATA_EXPRESSION', message, location);
  }
}

/** The members of JSONata's syntax tree that lead to expressions with the same context as their parent. */
interface Node {
  type?: string;
  value?: unknown;
  steps?: Node[];
  lhs?: Node | Node[] | [Node, Node][];
  rhs?: Node | Node[];
  expression?: Node;
  expressions?: Node[];
  arguments?: Node[];
  condition?: Node;
  then?: Node;
  else?: Node;
  body?: Node;
  procedure?: Node;
}

/** Names looked up in the context of the whole expression. Later steps of a path have a context of their own. */
function topLevelNames(node: Node | undefined): string[] {
  if (!node || typeof node !== 'object') return [];
  if (node.type === 'path') {
    const [first] = node.steps ?? [];
    return first?.type === 'name' ? [String(first.value)] : topLevelNames(first);
  }
  if (node.type === 'lambda') return topLevelNames(node.body);
  // The pairs of an object constructor are in "lhs", as is the variable of ":=".
  const left = node.type === 'bind' ? [] : Array.isArray(node.lhs) ? node.lhs.flat() : [node.lhs];
  const children = [
    ...left,
    ...(Array.isArray(node.rhs) ? [] : [node.rhs]),
    node.expression,
    ...(node.expressions ?? []),
    ...(node.arguments ?? []),
    node.condition,
    node.then,
    node.else,
    node.procedure,
  ];
  return children.flatMap((child) => topLevelNames(child));
}
