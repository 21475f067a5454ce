import { JsonSyntaxError, jsonTokens, type Token } from './json-tokens.ts';
import type { Scalar } from './scalar.ts';

/** Which element of which array (numbered in order of appearance) a leaf lies in. */
export type Membership = ReadonlyMap<number, number>;

export interface EventField {
  readonly value: Scalar;
  readonly membership: Membership;
}

const NO_ARRAY: Membership = new Map();

/**
 * The leaves of a JSON object by dotted path: `{"a":{"b":[1,2]}}` has two leaves at `a.b`. Members of an array keep
 * the element they lie in; plain values of the innermost array do not, for any of them may match.
 * Throws `JsonSyntaxError`.
 */
export function readEventFields(json: string): Map<string, EventField[]> {
  const tokens = jsonTokens(json);
  const fields = new Map<string, EventField[]>();
  let arrays = 0;

  function object(path: string, membership: Membership): void {
    for (let name = tokens.next(); name.kind !== '}'; name = tokens.next()) {
      value(tokens.next(), path === '' ? name.text : `${path}.${name.text}`, membership, membership);
    }
  }

  function array(path: string, membership: Membership): void {
    const id = arrays++;
    let element = 0;
    for (let token = tokens.next(); token.kind !== ']'; token = tokens.next()) {
      const nested = token.kind === '{' || token.kind === '[';
      value(token, path, membership, nested ? new Map(membership).set(id, element) : membership);
      element++;
    }
  }

  function value(token: Token, path: string, membership: Membership, inner: Membership): void {
    if (token.kind === '{') object(path, inner);
    else if (token.kind === '[') array(path, inner);
    else {
      const leaves = fields.get(path) ?? [];
      fields.set(path, leaves);
      leaves.push({ value: scalar(token), membership });
    }
  }

  if (tokens.next().kind !== '{') throw new JsonSyntaxError('Event must be a JSON object', 0);
  object('', NO_ARRAY);
  return fields;
}

function scalar(token: Token): Scalar {
  const kind = token.kind === 'string' || token.kind === 'number' ? token.kind : 'literal';
  return { kind, text: token.text };
}
