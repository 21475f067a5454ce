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
    const added = parseFaults(bodyText(request));
    if (!added)
      return json(400, {
        message:
          'A fault is {"service", "operation", "kind", "count"?, "after"?, "caller"?, "input"?, "error"?, "milliseconds"?}; "caller" and "input" are regular expressions. A list of them is taken too.',
      });
    for (const fault of added) cloud.faults.add(fault);
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

/** The faults of a body that has one or a list; `undefined` when one of them is none. */
function parseFaults(text: string): Fault[] | undefined {
  try {
    const faults = [JSON.parse(text) as Partial<Fault> | Partial<Fault>[]].flat();
    return faults.every(isFault) ? faults : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isFault(fault: Partial<Fault>): fault is Fault {
  return (
    typeof fault.service === 'string' &&
    typeof fault.operation === 'string' &&
    KINDS.some((kind) => kind === fault.kind) &&
    [fault.caller, fault.input].every(isPattern)
  );
}

/** Throws a SyntaxError for a text that is no regular expression. */
function isPattern(text: string | undefined): boolean {
  if (text !== undefined) new RegExp(text);
  return true;
}

function json(status: number, value: unknown): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
