import type { RunningCloud } from './cloud.ts';
import type { Fault } from './faults.ts';
import { bodyText, type WireRequest, type WireResponse } from './protocols/wire.ts';

/**
 * The local cloud's own routes under `/_local/`: `health`, `clock`, `faults`, and what services add
 * (`/_local/<service>/…`).
 */
export async function handleLocal(cloud: RunningCloud, request: WireRequest): Promise<WireResponse> {
  const [, , name = '', ...rest] = request.path.split('/');
  if (name === 'health')
    return json(200, {
      status: 'running',
      services: [...cloud.services.keys()],
      region: cloud.region,
      account: cloud.accountId,
    });
  if (name === 'clock') return json(200, { now: new Date(cloud.clock.now()).toISOString() });
  if (name === 'faults') return faults(cloud, request);
  const service = cloud.services.get(name);
  if (!service?.routes) return json(404, { message: `The local cloud has no route ${request.path}.` });
  const answer = await service.routes({ ...request, path: `/${rest.join('/')}` });
  return {
    status: answer.status,
    headers: answer.headers ?? { 'content-type': 'application/json' },
    body: answer.body,
  };
}

function faults(cloud: RunningCloud, request: WireRequest): WireResponse {
  if (request.method === 'DELETE') cloud.faults.clear();
  if (request.method === 'POST') {
    const fault = parseFault(bodyText(request));
    if (!fault)
      return json(400, {
        message:
          'A fault is {"service", "operation", "kind", "count"?, "after"?, "caller"?, "input"?, "error"?, "milliseconds"?}; "caller" and "input" are regular expressions.',
      });
    cloud.faults.add(fault);
  }
  return json(200, { faults: cloud.faults.list() });
}

const KINDS: readonly Fault['kind'][] = [
  'fail-before',
  'fail-after',
  'lose-response',
  'throttle',
  'deny',
  'delay',
  'crash-before',
  'crash-after',
];

function parseFault(text: string): Fault | undefined {
  try {
    const fault = JSON.parse(text) as Partial<Fault>;
    const complete =
      typeof fault.service === 'string' &&
      typeof fault.operation === 'string' &&
      KINDS.some((kind) => kind === fault.kind) &&
      [fault.caller, fault.input].every(isPattern);
    return complete ? (fault as Fault) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Throws a SyntaxError for a text that is no regular expression. */
function isPattern(text: string | undefined): boolean {
  if (text !== undefined) new RegExp(text);
  return true;
}

function json(status: number, value: unknown): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
