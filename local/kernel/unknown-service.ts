import type { WireRequest, WireResponse } from './protocols/wire.ts';
import { escapeXml } from './protocols/xml.ts';

/** Services with XML answers whose requests do not show it. */
const REST_XML_SERVICES = new Set(['s3', 's3control', 'route53', 'cloudfront']);

/**
 * The answer to a request for a service that is not part of this run, or that names none because it is not signed: in
 * the protocol of the client, so that it can read the message.
 */
export function unknownService(
  wire: WireRequest,
  name: string,
  running: Iterable<string>,
  requestId: string,
): WireResponse {
  const list = [...running].join(', ');
  const code = name ? 'UnknownOperationException' : 'MissingAuthenticationTokenException';
  const message = name
    ? `The local cloud does not run the service "${name}" (running: ${list}).`
    : `The request is not signed, so the local cloud cannot tell which service it is for (running: ${list}).`;
  const status = name ? 501 : 403;
  const isQuery = (wire.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  if (isQuery || REST_XML_SERVICES.has(name)) {
    const error = `<Code>${code}</Code><Message>${escapeXml(message)}</Message>`;
    return {
      status,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      body: xmlBody(name, error, requestId),
    };
  }
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, 'x-amzn-errortype': code },
    body: JSON.stringify({ __type: code, message }),
  };
}

function xmlBody(name: string, error: string, requestId: string): string {
  if (name === 'ec2')
    return `<Response><Errors><Error>${error}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
  if (name === 's3') return `<Error>${error}<RequestId>${requestId}</RequestId></Error>`;
  return `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}
