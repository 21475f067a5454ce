import { AwsError } from '../errors.ts';
import { bodyText, type ProtocolCodec, type WireRequest } from './wire.ts';
import { escapeXml, toXml } from './xml.ts';

type QueryValue = string | QueryValue[] | { [key: string]: QueryValue };

/**
 * Decodes `Tags.member.1.Key=a` into `{ Tags: [{ Key: 'a' }] }` and `.entry.N.key/value` into maps. Every scalar stays
 * a string: the protocol has no types. Throws MalformedQueryString for names nested too deep. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function decodeQuery(parameters: URLSearchParams): Record<string, QueryValue> {
  const root: Tree = new Map();
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version' || name.startsWith('X-Amz-')) continue;
    const path = name.split('.', DEEPEST + 1);
    if (path.length > DEEPEST)
      throw new AwsError('MalformedQueryString', 'The query string contains a syntax error.', { status: 404 });
    insert(root, path, value);
  }
  return fold(root) as Record<string, QueryValue>;
}

/** No input of AWS nests nearly as deep. */
const DEEPEST = 64;

type Tree = Map<string, Tree | string>;

function insert(tree: Tree, path: string[], value: string): void {
  const [head = '', ...rest] = path;
  if (rest.length === 0) {
    tree.set(head, value);
    return;
  }
  const known = tree.get(head);
  const child: Tree = known instanceof Map ? known : new Map();
  tree.set(head, child);
  insert(child, rest, value);
}

function fold(tree: Tree): QueryValue {
  const member = tree.get('member');
  if (tree.size === 1 && member instanceof Map) return numbered(member);
  const entry = tree.get('entry');
  if (tree.size === 1 && entry instanceof Map) return keyed(entry);
  // `Tags.member=` (empty) is how an empty list is sent.
  if (tree.size === 1 && member === '') return [];
  return Object.fromEntries([...tree].map(([key, value]) => [key, typeof value === 'string' ? value : fold(value)]));
}

function numbered(tree: Tree): QueryValue[] {
  return [...tree]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, value]) => (typeof value === 'string' ? value : fold(value)));
}

function keyed(tree: Tree): QueryValue {
  const pairs = numbered(tree).map((item) => item as { key: string; value: QueryValue });
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}

/** AWS query protocol: form parameters in, XML out (STS, IAM, CloudFormation). */
export const queryCodec: ProtocolCodec = {
  decode(service, request) {
    const parameters = formParameters(request);
    const action = parameters.get('Action');
    if (!action) throw new AwsError('MissingAction', `The request to ${service.name} names no Action.`);
    return { operation: action, input: decodeQuery(parameters) };
  },
  encode(service, operation, output, requestId) {
    const namespace = service.protocol.kind === 'query' ? service.protocol.namespace : '';
    const result = output === undefined ? '' : toXml(`${operation}Result`, output);
    return xml(
      200,
      requestId,
      `<${operation}Response xmlns="${namespace}">${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
    );
  },
  encodeError(service, error, requestId) {
    const namespace = service.protocol.kind === 'query' ? service.protocol.namespace : '';
    const type = error.fault === 'server' ? 'Receiver' : 'Sender';
    return xml(
      error.status,
      requestId,
      `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    );
  },
};

function formParameters(request: WireRequest): URLSearchParams {
  const parameters = new URLSearchParams(request.query);
  if (request.method === 'POST') {
    for (const [name, value] of new URLSearchParams(bodyText(request))) parameters.set(name, value);
  }
  return parameters;
}

function xml(status: number, requestId: string, body: string) {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}
