import { AwsError } from '../errors.ts';
import { formParameters, numbered, type ParameterTree, parameterTree } from './parameter-tree.ts';
import type { ProtocolCodec } from './wire.ts';
import { escapeXml, toXml } from './xml.ts';

type QueryValue = string | QueryValue[] | { [key: string]: QueryValue };

/**
 * Decodes `Tags.member.1.Key=a` into `{ Tags: [{ Key: 'a' }] }` and `.entry.N.key/value` into maps. Every scalar stays
 * a string: the protocol has no types. Throws MalformedQueryString for names nested too deep. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function decodeQuery(parameters: URLSearchParams): Record<string, QueryValue> {
  return fold(parameterTree(parameters)) as Record<string, QueryValue>;
}

function fold(tree: ParameterTree): QueryValue {
  const member = tree.get('member');
  if (tree.size === 1 && member instanceof Map) return list(member);
  const entry = tree.get('entry');
  if (tree.size === 1 && entry instanceof Map) return keyed(entry);
  // `Tags.member=` (empty) is how an empty list is sent.
  if (tree.size === 1 && member === '') return [];
  return Object.fromEntries([...tree].map(([key, value]) => [key, typeof value === 'string' ? value : fold(value)]));
}

function list(tree: ParameterTree): QueryValue[] {
  return numbered(tree).map((value) => (typeof value === 'string' ? value : fold(value)));
}

function keyed(tree: ParameterTree): QueryValue {
  const pairs = list(tree).map((item) => item as { key: string; value: QueryValue });
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

function xml(status: number, requestId: string, body: string) {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}
