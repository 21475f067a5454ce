import { describe, expect, it } from 'vitest';
import type { Publication, Publisher } from '../../events/publisher.ts';
import { tenantCreated } from '../../events/tenant-created.ts';
import { tenantDeletionCancelled } from '../../events/tenant-deletion-cancelled.ts';
import { tenantDeletionRequested } from '../../events/tenant-deletion-requested.ts';
import { tenantEventRejected } from '../../events/tenant-event-rejected.ts';
import { tenantResumptionRequested } from '../../events/tenant-resumption-requested.ts';
import { tenantSuspensionRequested } from '../../events/tenant-suspension-requested.ts';
import { tenantUsageReported } from '../../events/tenant-usage-reported.ts';
import { parseConfig } from '../../tenancy/config.ts';
import type { Tenant, TenantState } from '../../tenancy/tenant.ts';
import json from '../../tenantry.config.json' with { type: 'json' };
import { checkEvent, type IncomingEvent } from './check-event.ts';
import { rejectEvent } from './reject-event.ts';
import { executionName, startOperation } from './start-operation.ts';

const config = parseConfig(json, 'tenantry.config.json');
const good: IncomingEvent = {
  id: 'eb-1',
  source: 'saas.shop',
  'detail-type': 'TenantCreated',
  time: '2026-11-22T09:30:00Z',
  detail: tenantCreated.example,
};
const withData = (data: object): IncomingEvent => ({
  ...good,
  detail: { ...tenantCreated.example, data: { ...tenantCreated.example.data, ...data } },
});
const nobody = async () => undefined;
const check = (event: IncomingEvent, tenant?: Partial<Tenant>) =>
  checkEvent(event, config, async () => tenant as Tenant | undefined);

describe('checkEvent', () => {
  it('accepts the example', async () => {
    expect(await checkEvent(good, config, nobody)).toMatchObject({ ok: true });
  });

  it.each([
    ['an unknown type', { ...good, 'detail-type': 'TenantInvented' }, 'detail-type', 'unknown-type'],
    ['an event that only Tenantry sends', { ...good, 'detail-type': 'TenantReady' }, 'detail-type', 'unknown-type'],
    [
      'an unknown version',
      { ...good, detail: { ...tenantCreated.example, metadata: { ...tenantCreated.example.metadata, version: 2 } } },
      'metadata.version',
      'unknown-version',
    ],
    ['a path as id', withData({ tenantId: '../etc' }), 'data.tenantId', 'invalid'],
    ['upper case', withData({ tenantId: 'Acme' }), 'data.tenantId', 'invalid'],
    ['200 characters', withData({ tenantId: 'a'.repeat(200) }), 'data.tenantId', 'invalid'],
    ['a missing tier', withData({ tier: undefined }), 'data.tier', 'invalid'],
    ['an unknown tier', withData({ tier: 'platinum' }), 'data.tier', 'unknown-tier'],
    ['an inherited name as tier', withData({ tier: 'constructor' }), 'data.tier', 'unknown-tier'],
    ['300 KB', withData({ displayName: 'x'.repeat(300_000) }), '', 'too-large'],
    ['a detail that is no object', { ...good, detail: 'text' }, '', 'invalid'],
    ['no detail', { ...good, detail: undefined }, '', 'invalid'],
  ])('refuses %s and names the field', async (_what, event, field, code) => {
    const result = await checkEvent(event as IncomingEvent, config, nobody);
    expect(result).toMatchObject({
      ok: false,
      reasons: expect.arrayContaining([expect.objectContaining({ field, code })]),
    });
  });

  it('refuses somebody else’s tenant id without telling whose it is', async () => {
    const result = await check(good, { owner: 'saas.other', state: 'READY' });
    expect(result).toMatchObject({ ok: false, reasons: [{ field: 'data.tenantId', code: 'not-owner' }] });
    expect(JSON.stringify(result)).not.toContain('saas.other');
  });

  it('refuses a tenant that is ready, but not the very event that made it', async () => {
    expect(await check(good, { owner: 'saas.shop', state: 'READY', operationId: 'another-event' })).toMatchObject({
      ok: false,
      reasons: [{ code: 'tenant-exists' }],
    });
    expect(
      await check(good, {
        owner: 'saas.shop',
        state: 'READY',
        operation: 'onboard',
        operationId: tenantCreated.example.metadata.id,
      }),
    ).toMatchObject({ ok: true });
  });
});

describe('checkEvent of a tenant that exists', () => {
  const asked = (type: { name: string; example: object }): IncomingEvent => ({
    ...good,
    'detail-type': type.name,
    detail: type.example,
  });
  const shop = (state: TenantState, facts: Partial<Tenant> = {}) => ({
    tenantId: 'acme',
    owner: 'saas.shop',
    state,
    ...facts,
  });
  const outcomeOf = async (event: IncomingEvent, tenant?: Partial<Tenant>) => {
    const result = await check(event, tenant);
    if (!result.ok) return result.reasons[0]?.code;
    return result.kind === 'operation' ? result.operation.workflow : result.kind;
  };

  it('leads from each request to its workflow, in the states in which it may begin', async () => {
    expect(await outcomeOf(asked(tenantSuspensionRequested), shop('READY'))).toBe('suspend-tenant');
    expect(await outcomeOf(asked(tenantResumptionRequested), shop('SUSPENDED'))).toBe('resume-tenant');
    for (const state of ['READY', 'SUSPENDED', 'INTERRUPTED'] as const)
      expect(await outcomeOf(asked(tenantDeletionRequested), shop(state)), state).toBe('deprovision-tenant');
    expect(await outcomeOf(asked(tenantDeletionCancelled), shop('DELETION_PENDING'))).toBe('cancellation');
  });

  it('takes reports of usage, whose tenant is judged where they are kept', async () => {
    expect(await outcomeOf(asked(tenantUsageReported), shop('SUSPENDED'))).toBe('usage');
    expect(await outcomeOf(asked(tenantUsageReported))).toBe('usage');
  });

  it('lets it wait for its turn in a state that passes, and refuses it in any other', async () => {
    for (const state of ['ONBOARDING', 'SUSPENDING', 'RESUMING'] as const)
      expect(await outcomeOf(asked(tenantDeletionRequested), shop(state)), state).toBe('deprovision-tenant');
    for (const state of ['DELETION_PENDING', 'DEPROVISIONING', 'DEPROVISIONED'] as const)
      for (const type of [tenantSuspensionRequested, tenantDeletionRequested])
        expect(await outcomeOf(asked(type), shop(state)), `${type.name} ${state}`).toBe('wrong-state');
    expect(await outcomeOf(asked(tenantResumptionRequested), shop('READY'))).toBe('wrong-state');
    for (const state of ['SUSPENDED', 'DELETION_PENDING', 'DEPROVISIONING'] as const)
      expect(await outcomeOf(good, shop(state)), state).toBe('tenant-exists');
  });

  it('refuses tenants that nobody knows, that belong to others, that are protected, and ids that are retired', async () => {
    expect(await outcomeOf(asked(tenantSuspensionRequested))).toBe('unknown-tenant');
    const theirs = { ...shop('READY'), owner: 'saas.other' };
    expect(await outcomeOf(asked(tenantDeletionRequested), theirs)).toBe('not-owner');
    const kept = shop('READY', { deletionProtection: true });
    expect(await outcomeOf(asked(tenantDeletionRequested), kept)).toBe('protected');
    expect(await outcomeOf(asked(tenantSuspensionRequested), kept)).toBe('suspend-tenant');
    const retired = (tombstoneUntil: string) => shop('DEPROVISIONED', { tombstoneUntil });
    expect(await outcomeOf(good, retired('2026-11-23T00:00:00.000Z'))).toBe('id-retired');
    expect(await outcomeOf(good, retired('2026-11-22T00:00:00.000Z'))).toBe('onboard-tenant');
  });
});

describe('rejectEvent', () => {
  it('keeps the original before it answers, and the answer satisfies the contract whatever the input was', async () => {
    const order: string[] = [];
    const bodies: string[] = [];
    const published: Publication[] = [];
    const dependencies = {
      queueUrl: 'queue',
      queues: {
        async send(command: { input: { MessageBody?: string } }) {
          order.push('kept');
          bodies.push(command.input.MessageBody ?? '');
        },
      } as never,
      publisher: {
        async publish(...events) {
          order.push('answered');
          published.push(...(events as unknown as Publication[]));
        },
      } as Publisher,
    };
    const hostile: IncomingEvent = { ...good, detail: { metadata: { id: 7 }, data: { tenantId: 'x'.repeat(9_000) } } };
    await rejectEvent(dependencies, hostile, [{ field: 'metadata.id', code: 'invalid', message: 'no' }]);
    expect(order).toEqual(['kept', 'answered']);
    expect(JSON.parse(bodies[0] ?? '')).toEqual(hostile);
    const { data, metadata } = published[0] ?? {};
    const envelope = { metadata: { ...metadata, version: 1, occurredAt: good.time }, data };
    expect(
      tenantEventRejected.schema.safeParse({
        ...envelope,
        metadata: { ...envelope.metadata, occurredAt: '2026-11-22T09:30:00.000Z' },
      }).success,
    ).toBe(true);
  });
});

describe('startOperation', () => {
  it('hands the original event on, so that a late rejection can keep it as it came', async () => {
    const inputs: string[] = [];
    const client = {
      async send(command: { input: { input?: string } }) {
        inputs.push(command.input.input ?? '');
      },
    } as never;
    const original = withData({ campaign: 'spring' });
    await startOperation(client, 'arn', original, tenantCreated.example);
    expect(JSON.parse(inputs[0] ?? '')).toMatchObject({ tenantId: 'acme', owner: 'saas.shop', event: original });
  });

  it('names the execution after the tenant and the event, the same for the same event', () => {
    expect(executionName('acme', 'event-1')).toBe(executionName('acme', 'event-1'));
    expect(executionName('acme', 'event-1')).not.toBe(executionName('acme', 'event-2'));
    expect(executionName('x'.repeat(32), 'e'.repeat(64)).length).toBeLessThanOrEqual(80);
  });

  it('takes an execution that exists already for a duplicate', async () => {
    const client = {
      send: async () => Promise.reject(Object.assign(new Error('exists'), { name: 'ExecutionAlreadyExists' })),
    } as never;
    expect(await startOperation(client, 'arn', good, tenantCreated.example)).toBe('duplicate');
  });
});
