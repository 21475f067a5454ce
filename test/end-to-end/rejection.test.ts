import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BusListener, drain, listen } from './support/bus-listener.ts';
import { connect } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { onboardings } from './support/executions.ts';
import { inventory } from './support/inventory.ts';
import { operatorKubeConfig } from './support/kubernetes.ts';
import { createTenant, freshTenant, put, tenantCreatedDetail } from './support/product.ts';
import { registered } from './support/registry.ts';

const clients = connect(endpoint);
const REJECTED = 'http://sqs.us-east-1.amazonaws.com/111111111111/tenantry-rejected-events';

interface Kept {
  id: string;
  source: string;
  'detail-type': string;
  detail: unknown;
}

let bus: BusListener;
let operator: KubeConfig;
let kept: Kept[];

beforeAll(async () => {
  bus = await listen(clients);
  operator = await operatorKubeConfig(clients);
  kept = await drain<Kept>(clients, REJECTED);
});
afterAll(() => bus.close());

const good = (tenantId: string, changes?: object) => tenantCreatedDetail(tenantId, changes);
const data = (tenantId: string, changes: object) => JSON.stringify(good(tenantId, { data: changes }));
const metadata = (tenantId: string, changes: object) => JSON.stringify(good(tenantId, { metadata: changes }));

/** The bad inputs: what, detail, field and code of the answer, detail type. */
const bad: [what: string, detail: string, field: string, code: string, detailType?: string][] = [
  ['an unknown version', metadata('bad-version', { version: 2 }), 'metadata.version', 'unknown-version'],
  ['an event id of three letters', metadata('bad-id', { id: 'abc' }), 'metadata.id', 'invalid'],
  ['no metadata', JSON.stringify({ data: good('bad-metadata').data }), 'metadata', 'invalid'],
  ['no data', JSON.stringify({ metadata: good('bad-data').metadata }), 'data', 'invalid'],
  ['a path as tenant id', data('x', { tenantId: '../etc' }), 'data.tenantId', 'invalid'],
  ['upper case', data('x', { tenantId: 'Acme' }), 'data.tenantId', 'invalid'],
  ['200 characters', data('x', { tenantId: 'a'.repeat(200) }), 'data.tenantId', 'invalid'],
  ['a reserved tenant id', data('x', { tenantId: 'system' }), 'data.tenantId', 'invalid'],
  ['a number as tenant id', data('x', { tenantId: 7 }), 'data.tenantId', 'invalid'],
  ['no tenant id', data('x', { tenantId: undefined }), 'data.tenantId', 'invalid'],
  ['no tier', data('bad-no-tier', { tier: undefined }), 'data.tier', 'invalid'],
  ['an unknown tier', data('bad-tier', { tier: 'platinum' }), 'data.tier', 'unknown-tier'],
  ['an inherited name as tier', data('bad-proto', { tier: 'constructor' }), 'data.tier', 'unknown-tier'],
  ['an address that is none', data('bad-email', { contactEmail: 'nobody' }), 'data.contactEmail', 'invalid'],
  ['300 KB', data('bad-large', { displayName: 'x'.repeat(300_000) }), '', 'too-large'],
  ['a detail type nobody knows', JSON.stringify(good('bad-type')), 'detail-type', 'unknown-type', 'TenantInvented'],
  ['a detail type only Tenantry sends', JSON.stringify(good('bad-out')), 'detail-type', 'unknown-type', 'TenantReady'],
];

describe('an event that breaks the contract', () => {
  let before: string[];

  beforeAll(async () => {
    before = await inventory(clients, operator);
  });

  it.each(bad)(
    '%s is answered with field and code, kept as it was, and touches nothing',
    async (_what, detail, field, code, detailType) => {
      const { EventId = '' } = await put(clients, detail, { detailType });
      expect(EventId).not.toBe('');
      const answer = await bus.find(
        `rejection of ${EventId}`,
        (event) => event.detail.data.rejected?.eventBridgeId === EventId,
      );
      expect(answer['detail-type']).toBe('TenantEventRejected');
      expect(answer.detail.data.reasons).toContainEqual(expect.objectContaining({ field, code }));
      const original = await eventually('the kept event', async () => {
        kept.push(...(await drain<Kept>(clients, REJECTED)));
        return kept.find((event) => event.id === EventId);
      });
      expect(original.detail).toEqual(JSON.parse(detail));
      expect(original['detail-type']).toBe(detailType ?? 'TenantCreated');
    },
  );

  it('starts no execution and leaves no resource', async () => {
    const ids = bad.flatMap(([, detail]) => {
      const { tenantId } = (JSON.parse(detail) as { data?: { tenantId?: unknown } }).data ?? {};
      return typeof tenantId === 'string' ? [tenantId] : [];
    });
    expect(ids.length).toBeGreaterThan(10);
    for (const tenantId of ids) {
      expect(await onboardings(clients, tenantId), tenantId).toEqual([]);
      expect(await registered(clients, tenantId), tenantId).toBeUndefined();
    }
    expect(await inventory(clients, operator)).toEqual(before);
  });
});

it('what is not JSON is refused by PutEvents itself', async () => {
  expect(await put(clients, '{"tenantId": acme')).toMatchObject({ ErrorCode: 'MalformedDetail' });
});

it('an event of a source that is not accepted is nobody’s business', async () => {
  const tenant = freshTenant('stranger');
  await put(clients, JSON.stringify(good(tenant)), { source: 'somebody.else' });
  const witness = freshTenant('witness');
  await createTenant(clients, witness);
  await bus.heard('TenantReady', witness);
  expect(bus.about(tenant)).toEqual([]);
  expect(await onboardings(clients, tenant)).toEqual([]);
});

it('somebody else’s tenant id is refused without a word about whose it is', async () => {
  const tenant = freshTenant('owned');
  await createTenant(clients, tenant);
  await bus.heard('TenantReady', tenant);
  await put(clients, JSON.stringify(good(tenant)), { source: 'saas.rival' });
  const { detail } = await bus.heard('TenantEventRejected', tenant);
  expect(detail.data.reasons).toMatchObject([{ field: 'data.tenantId', code: 'not-owner' }]);
  expect(JSON.stringify(detail.data.reasons)).not.toContain('saas.shop');
  expect(await registered(clients, tenant)).toMatchObject({ state: 'READY', owner: 'saas.shop' });
  expect(await onboardings(clients, tenant)).toHaveLength(1);
});

it('a tenant that is ready already is refused, and its event kept with the reason', async () => {
  const tenant = freshTenant('again');
  await createTenant(clients, tenant);
  await bus.heard('TenantReady', tenant);
  await drain(clients, REJECTED);
  await createTenant(clients, tenant);
  const { detail } = await bus.heard('TenantEventRejected', tenant);
  expect(detail.data.reasons).toMatchObject([{ field: 'data.tenantId', code: 'tenant-exists' }]);
  const { Messages = [] } = await clients.queues.send(
    new ReceiveMessageCommand({ QueueUrl: REJECTED, MessageAttributeNames: ['All'], MaxNumberOfMessages: 10 }),
  );
  const message = Messages.find(({ Body = '' }) => Body.includes(tenant));
  expect(message?.MessageAttributes?.['ERROR_CODE']?.StringValue).toBe('tenant-exists');
});
