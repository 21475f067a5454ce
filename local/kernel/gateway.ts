import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerDate } from './answer-date.ts';
import { refusalOfBrowsers } from './browser-guard.ts';
import type { RunningCloud } from './cloud.ts';
import { AwsError } from './errors.ts';
import { ResponseLost } from './faults.ts';
import { handleLocal } from './local-routes.ts';
import { ec2Codec } from './protocols/ec2.ts';
import { jsonCodec } from './protocols/json.ts';
import { queryCodec } from './protocols/query.ts';
import { restJsonCodec, restXmlCodec } from './protocols/rest.ts';
import type { ProtocolCodec, WireRequest, WireResponse } from './protocols/wire.ts';
import type { Protocol, Service, SignedRequest } from './service.ts';
import { routeRequest } from './signing-scope.ts';
import { unknownService } from './unknown-service.ts';

/** Larger bodies are refused before they are read whole (an S3 object part is the largest AWS body). */
const LARGEST_BODY = 512 * 1024 * 1024;

const CODECS: Record<Protocol['kind'], ProtocolCodec> = {
  json: jsonCodec,
  query: queryCodec,
  ec2: ec2Codec,
  'rest-json': restJsonCodec,
  'rest-xml': restXmlCodec,
};

class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  override readonly message = `The request body is larger than ${LARGEST_BODY} bytes.`;
}

export interface Gateway {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the local cloud on 127.0.0.1: AWS's wire protocols, the service chosen by the SigV4 scope, and
 * `/_local/…` for its own routes. Throws the listen error (`EADDRINUSE`) when the port is taken.
 */
export async function startGateway(cloud: RunningCloud, port: number): Promise<Gateway> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(cloud, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const actual = (server.address() as AddressInfo).port;
  cloud.setEndpoint(`http://127.0.0.1:${actual}`);
  return { port: actual, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(cloud: RunningCloud, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await readBody(request);
    const signed: SignedRequest = {
      method: request.method ?? 'GET',
      url: request.url ?? '/',
      headers: flatten(request),
      body,
    };
    const hangUp = new AbortController();
    response.once('close', () => hangUp.abort());
    const wire = await answer(cloud, signed, hangUp.signal);
    const dated = { ...wire, headers: { date: answerDate(cloud.clock, signed), ...wire.headers } };
    write(response, dated, signed.method === 'HEAD');
  } catch (error) {
    if (error instanceof ResponseLost) {
      request.socket.destroy();
      return;
    }
    if (error instanceof BodyTooLarge) {
      // The rest of the body is not read.
      write(response, { status: 413, headers: { connection: 'close' }, body: error.message });
      return;
    }
    // A client that hung up while it sent the body gets no answer.
    if (request.destroyed && !request.complete) return;
    cloud.log('error', 'request could not be served', { error: String(error) });
    if (!response.headersSent) write(response, { status: 500, headers: {}, body: 'internal error of the local cloud' });
  }
}

async function answer(cloud: RunningCloud, signed: SignedRequest, signal: AbortSignal): Promise<WireResponse> {
  const refusal = refusalOfBrowsers(signed.headers);
  if (refusal !== undefined) return forbidden(refusal);
  const wire = toWire(signed);
  if (wire.path.startsWith('/_local/')) return handleLocal(cloud, wire);
  const requestId = randomUUID();
  const { serviceName, region } = routeRequest(wire, cloud);
  const service = cloud.services.get(serviceName);
  if (!service) return unknownService(wire, serviceName, cloud.services.keys(), requestId);
  const codec = CODECS[service.protocol.kind];
  try {
    const { operation, input } = codec.decode(service, wire);
    const caller = cloud.identity.authenticate(signed);
    const output = await cloud.call(service.name, operation, input, caller, { region, signal });
    return codec.encode(service, operation, output, requestId);
  } catch (error) {
    if (error instanceof ResponseLost) throw error;
    return codec.encodeError(service, asAwsError(cloud, service, error), requestId);
  }
}

function forbidden(message: string): WireResponse {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' };
  return { status: 403, headers, body: JSON.stringify({ __type: 'AccessDeniedException', message }) };
}

/** A defect of the local cloud reaches the client as AWS's own internal failure, and the log in full. */
function asAwsError(cloud: RunningCloud, service: Service, error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  cloud.log('error', `internal failure in ${service.name}`, { detail });
  return new AwsError(
    'InternalFailure',
    `The local cloud's ${service.name} failed: ${error instanceof Error ? error.message : String(error)}`,
    { fault: 'server' },
  );
}

function toWire(signed: SignedRequest): WireRequest {
  const mark = signed.url.indexOf('?');
  return {
    method: signed.method,
    path: mark < 0 ? signed.url : signed.url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : signed.url.slice(mark + 1)),
    headers: signed.headers,
    body: signed.body,
  };
}

function flatten(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return headers;
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** The answer to a HEAD says the length of the body that GET would have. */
function write(response: ServerResponse, answer: WireResponse, isHead = false): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const length = (isHead && answer.headers['content-length']) || body.byteLength;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': length });
  response.end(body);
}
