import { describe, expect, it } from 'vitest';
import { createFaults, type FaultedCall } from './faults.ts';

const role = (name: string) => `arn:aws:sts::111111111111:assumed-role/${name}/session`;

/** An invocation as Step Functions makes it. */
function invocation(name: string, payload: object, callerRole = 'mover'): FaultedCall {
  const FunctionName = `arn:aws:lambda:us-east-1:111111111111:function:${name}`;
  const input = { FunctionName, Payload: Buffer.from(JSON.stringify(payload)) };
  return { service: 'lambda', operation: 'Invoke', callerArn: role(callerRole), input };
}

describe('faults', () => {
  it('hit the calls of one caller with one input, and let all others pass', () => {
    const faults = createFaults();
    faults.add({
      service: 'lambda',
      operation: 'Invoke',
      kind: 'lose-response',
      caller: 'assumed-role/mover/',
      input: ':cut-over$[^]*"tenantId":"acme"',
    });
    expect(faults.take(invocation('cut-over', { tenantId: 'acme-2' }))).toBeUndefined();
    expect(faults.take(invocation('cut-over-again', { tenantId: 'acme' }))).toBeUndefined();
    expect(faults.take(invocation('cut-over', { tenantId: 'acme' }, 'mover-2'))).toBeUndefined();
    expect(faults.take(invocation('cut-over', { tenantId: 'acme' }))).toMatchObject({ kind: 'lose-response' });
    expect(faults.take(invocation('cut-over', { tenantId: 'acme' }))).toBeUndefined();
  });

  it('let pass only calls that they would hit', () => {
    const faults = createFaults();
    faults.add({ service: 'lambda', operation: 'Invoke', kind: 'fail-before', input: '"acme"', after: 1 });
    expect(faults.take(invocation('step', { tenantId: 'other' }))).toBeUndefined();
    expect(faults.take(invocation('step', { tenantId: 'acme' }))).toBeUndefined();
    expect(faults.take(invocation('step', { tenantId: 'acme' }))).toMatchObject({ kind: 'fail-before' });
  });

  it('of one call are taken in turn', () => {
    const faults = createFaults();
    for (const kind of ['fail-before', 'lose-response'] as const)
      faults.add({ service: 'lambda', operation: 'Invoke', kind, input: '"acme"' });
    const call = invocation('step', { tenantId: 'acme' });
    expect([faults.take(call)?.kind, faults.take(call)?.kind]).toEqual(['fail-before', 'lose-response']);
    expect(faults.list()).toEqual([]);
  });

  it('read members that are no texts as JSON, and calls without any', () => {
    const faults = createFaults();
    faults.add({ service: 'eks', operation: '*', kind: 'deny', input: '^tags={"tier":"basic"}$' });
    const call = { service: 'eks', operation: 'TagResource', callerArn: role('mover') };
    expect(faults.take({ ...call, input: {} })).toBeUndefined();
    expect(faults.take({ ...call, input: { arn: 'it', tags: { tier: 'basic' } } })).toMatchObject({ kind: 'deny' });
  });
});
