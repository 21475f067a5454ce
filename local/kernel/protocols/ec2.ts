import { AwsError } from '../errors.ts';
import type { Service } from '../service.ts';
import { formParameters, numbered, type ParameterTree, parameterTree } from './parameter-tree.ts';
import type { ProtocolCodec } from './wire.ts';
import { escapeXml } from './xml.ts';

/**
 * Names that differ between the wire and the SDKs, whose names operations use. Lists are in the singular in requests
 * (`VpcId.1`), and called `…Set` in answers; both are irregular.
 */
export interface Ec2Names {
  /** Wire name to member, for what is more than a plural: `ResourceId` to `Resources`. */
  readonly input: Readonly<Record<string, string>>;
  /** Member to wire name, for what is more than a small first letter; `Parent.Member` where it depends on the list it is in. */
  readonly output: Readonly<Record<string, string>>;
}

type Ec2Value = string | Ec2Value[] | { [member: string]: Ec2Value };

/** `Filter.1.Name=a&Filter.1.Value.1=b` as `{ Filters: [{ Name: 'a', Values: ['b'] }] }`; every scalar stays a string. */
export function decodeEc2(parameters: URLSearchParams, names: Ec2Names): Record<string, Ec2Value> {
  return members(parameterTree(parameters), names);
}

function members(tree: ParameterTree, names: Ec2Names): Record<string, Ec2Value> {
  return Object.fromEntries(
    [...tree].map(([name, value]) => {
      const folded = typeof value === 'string' ? value : fold(value, names);
      const plural = Array.isArray(folded) && !name.endsWith('s') ? `${name}s` : name;
      return [names.input[name] ?? plural, folded];
    }),
  );
}

function fold(tree: ParameterTree, names: Ec2Names): Ec2Value {
  if (![...tree.keys()].every((key) => /^\d+$/.test(key))) return members(tree, names);
  return numbered(tree).map((value) => (typeof value === 'string' ? value : fold(value, names)));
}

/** A member of an answer as XML; lists have `<item>`s. */
function element(name: string, value: unknown, parent: string, names: Ec2Names): string {
  if (value === undefined || value === null) return '';
  const wire =
    names.output[`${parent}.${name}`] ?? names.output[name] ?? `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  if (!Array.isArray(value)) return `<${wire}>${content(value, name, names)}</${wire}>`;
  return `<${wire}>${value.map((item) => `<item>${content(item, name, names)}</item>`).join('')}</${wire}>`;
}

function content(value: unknown, parent: string, names: Ec2Names): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, member]) => element(name, member, parent, names))
      .join('');
  }
  return escapeXml(String(value));
}

/** EC2's own kind of query protocol. https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html */
export const ec2Codec: ProtocolCodec = {
  decode(service, request) {
    const parameters = formParameters(request);
    const action = parameters.get('Action');
    if (!action) {
      throw new AwsError('MissingAction', 'The request is missing an action.');
    }
    return { operation: action, input: decodeEc2(parameters, protocolOf(service).names) };
  },
  encode(service, operation, output, requestId) {
    const { namespace, names } = protocolOf(service);
    const body = output === undefined ? '<return>true</return>' : content(output, '', names);
    return xml(
      200,
      requestId,
      `<${operation}Response xmlns="${namespace}"><requestId>${requestId}</requestId>${body}</${operation}Response>`,
    );
  },
  encodeError(_service, error, requestId) {
    const code = error.code === 'UnknownOperationException' ? 'InvalidAction' : error.code;
    return xml(
      error.status,
      requestId,
      `<Response><Errors><Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(error.message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
    );
  },
};

function protocolOf({ name, protocol }: Service) {
  if (protocol.kind !== 'ec2') throw new TypeError(`${name} does not speak the ec2 protocol`);
  return protocol;
}

function xml(status: number, requestId: string, body: string) {
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  };
}
