import { AwsError } from '../errors.ts';
import type { HttpBinding, Operation, OperationInput, Service } from '../service.ts';
import { parseJsonBody, stringifyJson } from './json.ts';
import type { ProtocolCodec, WireRequest, WireResponse } from './wire.ts';
import { escapeXml, toXml } from './xml.ts';

/**
 * REST protocols: method and path name the operation; labels, query parameters, headers and body are the input.
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export const restJsonCodec: ProtocolCodec = {
  decode: (service, request) => decodeRest(service, request, parseJsonBody),
  encode: (service, operation, output, requestId) =>
    encodeRest(service, operation, output, requestId, 'application/json', (members) => stringifyJson(members)),
  encodeError(_service, error, requestId) {
    return {
      status: error.status,
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code },
      body: stringifyJson({ ...error.fields, message: error.message, Message: error.message }),
    };
  },
};

export const restXmlCodec: ProtocolCodec = {
  // The XML services of the local cloud bind their bodies as payload members and parse them themselves.
  decode: (service, request) => decodeRest(service, request, () => ({})),
  encode: (service, operation, output, requestId) =>
    encodeRest(service, operation, output, requestId, 'application/xml', (members) =>
      Object.keys(members).length === 0
        ? ''
        : `<?xml version="1.0" encoding="UTF-8"?>\n${Object.entries(members)
            .map(([name, value]) => toXml(name, value, true))
            .join('')}`,
    ),
  encodeError(_service, error, requestId) {
    const fields = Object.entries(error.fields)
      .map(([name, value]) => toXml(name, value))
      .join('');
    return {
      status: error.status,
      headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>${fields}<RequestId>${requestId}</RequestId></Error>`,
    };
  },
};

interface Route {
  name: string;
  operation: Operation;
  binding: HttpBinding;
  pattern: RegExp;
  labels: string[];
  /** Query parameters that the URI template fixes, such as `?list-type=2`. */
  fixedQuery: [string, string][];
  isXml: boolean;
}

const routesOfService = new WeakMap<Service, Route[]>();

function routes(service: Service): Route[] {
  const known = routesOfService.get(service);
  if (known) return known;
  const made = Object.entries(service.operations)
    .flatMap(([name, operation]) => (operation.http ? [route(service, name, operation, operation.http)] : []))
    // The more a template fixes, the earlier it is tried.
    .sort(
      (a, b) => b.fixedQuery.length - a.fixedQuery.length || specificity(b.binding.uri) - specificity(a.binding.uri),
    );
  routesOfService.set(service, made);
  return made;
}

function specificity(uri: string): number {
  return uri.replace(/\{[^}]*\}/g, '').length;
}

function route(service: Service, name: string, operation: Operation, binding: HttpBinding): Route {
  const [path = '', query = ''] = binding.uri.split('?');
  const labels: string[] = [];
  const pattern = path
    .replace(/[.*^$()|[\]\\]/g, '\\$&')
    .replace(/\{([^}+]+)(\+?)\}/g, (_match, label: string, greedy: string) => {
      labels.push(label);
      return greedy ? '(.+)' : '([^/]+)';
    });
  return {
    name,
    operation,
    binding,
    pattern: new RegExp(`^${pattern}/?$`),
    labels,
    fixedQuery: [...new URLSearchParams(query)],
    isXml: service.protocol.kind === 'rest-xml',
  };
}

function decodeRest(service: Service, request: WireRequest, parseBody: (request: WireRequest) => OperationInput) {
  for (const candidate of routes(service)) {
    const match = matches(candidate, request);
    if (!match) continue;
    const labels = candidate.labels.map((label, index) => [label, decodeLabel(match[index + 1] ?? '')]);
    const { payload, headers } = candidate.binding;
    const body = payload?.input ? { [payload.input]: request.body } : parseBody(request);
    return {
      operation: candidate.name,
      input: {
        ...queryMembers(request.query),
        ...headerMembers(headers?.input, request),
        ...prefixMembers(candidate.binding.prefixHeaders, request),
        ...body,
        ...Object.fromEntries(labels),
      },
    };
  }
  throw new AwsError(
    'UnknownOperationException',
    `The service ${service.name} has no operation ${request.method} ${request.path}.`,
    { status: 404 },
  );
}

function matches(candidate: Route, request: WireRequest): RegExpMatchArray | null {
  if (candidate.binding.method !== request.method) return null;
  if (!candidate.fixedQuery.every(([name, value]) => request.query.get(name) === value)) return null;
  if (candidate.isXml && [...request.query.keys()].some((name) => isOther(candidate, name))) return null;
  return request.path.match(candidate.pattern);
}

/** Parameters that make a request of S3 another operation: where nothing is bound to them, it is unknown. */
const SUBRESOURCES = new Set(['acl', 'attributes', 'legal-hold', 'restore', 'select', 'tagging', 'torrent', 'uploads']);

function isOther(candidate: Route, parameter: string): boolean {
  return SUBRESOURCES.has(parameter) && !candidate.fixedQuery.some(([name]) => name === parameter);
}

/** Query parameters; one that repeats becomes a list. */
function queryMembers(query: URLSearchParams): Record<string, string | string[]> {
  const members: Record<string, string | string[]> = {};
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    members[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return members;
}

function headerMembers(bindings: Readonly<Record<string, string>> | undefined, request: WireRequest) {
  const bound = Object.entries(bindings ?? {}).filter(([, header]) => request.headers[header] !== undefined);
  return Object.fromEntries(bound.map(([member, header]) => [member, request.headers[header]]));
}

function prefixMembers(prefixes: Readonly<Record<string, string>> | undefined, request: WireRequest) {
  return Object.fromEntries(
    Object.entries(prefixes ?? {}).map(([member, prefix]) => {
      const own = Object.entries(request.headers).filter(([header]) => header.startsWith(prefix));
      return [member, Object.fromEntries(own.map(([header, value]) => [header.slice(prefix.length), value]))];
    }),
  );
}

function decodeLabel(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    throw new AwsError('InvalidURI', `The path holds "${text}", which is not percent-encoded text.`, { cause });
  }
}

function encodeRest(
  service: Service,
  operationName: string,
  output: unknown,
  requestId: string,
  contentType: string,
  writeBody: (members: Record<string, unknown>) => string,
): WireResponse {
  const binding = service.operations[operationName]?.http;
  const members: Record<string, unknown> = { ...(output as Record<string, unknown> | undefined) };
  const headers: Record<string, string> = { 'x-amzn-requestid': requestId };
  for (const [member, header] of Object.entries(binding?.headers?.output ?? {})) {
    const value = members[member];
    delete members[member];
    if (value !== undefined && value !== null)
      headers[header] = value instanceof Date ? value.toUTCString() : String(value);
  }
  for (const [member, prefix] of Object.entries(binding?.prefixHeaders ?? {})) {
    for (const [name, value] of Object.entries(members[member] ?? {})) headers[`${prefix}${name}`] = String(value);
    delete members[member];
  }
  let status = binding?.status ?? 200;
  if (binding?.statusMember) {
    status = Number(members[binding.statusMember] ?? status);
    delete members[binding.statusMember];
  }
  const payload = binding?.payload?.output;
  if (payload) {
    const body = members[payload];
    return {
      status,
      headers: { 'content-type': contentType, ...headers },
      body: body instanceof Uint8Array ? body : String(body ?? ''),
    };
  }
  headers['content-type'] = contentType;
  return { status, headers, body: writeBody(members) };
}
