import { AwsError } from '../errors.ts';
import { bodyText, type WireRequest } from './wire.ts';

/** Form parameters by the dots in their names: `Tags.member.1.Key=a` is a leaf four levels down. */
export type ParameterTree = Map<string, ParameterTree | string>;

/** No input of AWS nests nearly as deep. */
const DEEPEST = 64;

/** The parameters of the URL and of the form. */
export function formParameters(request: WireRequest): URLSearchParams {
  const parameters = new URLSearchParams(request.query);
  if (request.method === 'POST') {
    for (const [name, value] of new URLSearchParams(bodyText(request))) parameters.set(name, value);
  }
  return parameters;
}

/**
 * The parameters of a query protocol's input, without those that are not input. Throws `MalformedQueryString` for names
 * nested too deep.
 */
export function parameterTree(parameters: URLSearchParams): ParameterTree {
  const root: ParameterTree = new Map();
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version' || name.startsWith('X-Amz-')) continue;
    const path = name.split('.', DEEPEST + 1);
    if (path.length > DEEPEST)
      throw new AwsError('MalformedQueryString', 'The query string contains a syntax error.', { status: 404 });
    insert(root, path, value);
  }
  return root;
}

function insert(tree: ParameterTree, path: readonly string[], value: string): void {
  const [head = '', ...rest] = path;
  if (rest.length === 0) {
    tree.set(head, value);
    return;
  }
  const known = tree.get(head);
  const child: ParameterTree = known instanceof Map ? known : new Map();
  tree.set(head, child);
  insert(child, rest, value);
}

/** The branches of a tree in the order of their numbers: the members of a list. */
export function numbered(tree: ParameterTree): (ParameterTree | string)[] {
  return [...tree].sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value);
}
