import { GetRoleCommand } from '@aws-sdk/client-iam';
import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BusListener, listen } from './support/bus-listener.ts';
import { ACCOUNT, connect } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { eventually } from './support/eventually.ts';
import { billedTransitions, currentState, ended, onboardings } from './support/executions.ts';
import { belongings } from './support/inventory.ts';
import { operatorKubeConfig, request } from './support/kubernetes.ts';
import { createTenant, freshTenant, put, putTenantCreated, SOURCE, tenantCreatedDetail } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';

const clients = connect(endpoint);
let bus: BusListener;
let operator: KubeConfig;

beforeAll(async () => {
  bus = await listen(clients);
  operator = await operatorKubeConfig(clients);
});
afterAll(() => bus.close());

describe('a basic tenant', () => {
  const tenant = freshTenant('basic');

  it('is ready after its TenantCreated, which says who and where', async () => {
    const operationId = await createTenant(clients, tenant);
    const { source, detail } = await bus.heard('TenantReady', tenant);
    expect(source).toBe('tenantry');
    expect(detail.metadata).toMatchObject({ version: 1, correlationId: operationId, causationId: operationId });
    expect(detail.data).toMatchObject({
      tenantId: tenant,
      tier: 'basic',
      placement: { account: 'pooled', workspace: 'namespace' },
      operationId,
      accountId: ACCOUNT,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/tenantry/tenants/tenantry-tenant-${tenant}`,
      namespace: `tenant-${tenant}`,
      cluster: { name: 'shared-1' },
    });
    expect(detail.data.isolation.cases).toBeGreaterThan(50);
  });

  it('stands in the registry, with every resource in the ledger', async () => {
    expect(await registered(clients, tenant)).toMatchObject({ state: 'READY', owner: SOURCE, tier: 'basic' });
    expect(await ledger(clients, tenant)).toEqual({
      'account pooled': 'CREATED',
      [`foundation tenantry-foundation-${tenant}`]: 'CREATED',
      'cluster shared-1': 'CREATED',
      'cluster-access shared-1': 'CREATED',
      [`workspace tenant-${tenant}`]: 'CREATED',
    });
  });

  it('has everything that the ledger says', async () => {
    expect(await belongings(clients, operator, tenant)).toEqual([
      `access entry arn:aws:iam::${ACCOUNT}:role/tenantry/tenants/tenantry-tenant-${tenant}`,
      `budget tenantry-${tenant}`,
      `namespace tenant-${tenant}`,
      `place ${tenant}`,
      `role tenantry-tenant-${tenant}`,
      `stack tenantry-foundation-${tenant}`,
    ]);
  });

  it('has a role under the permissions boundary, tagged with its id', async () => {
    const { Role } = await clients.iam.send(new GetRoleCommand({ RoleName: `tenantry-tenant-${tenant}` }));
    expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(
      `arn:aws:iam::${ACCOUNT}:policy/tenantry-tenant-boundary`,
    );
    expect(Role?.Tags).toContainEqual({ Key: 'tenantry:tenant', Value: tenant });
  });

  it('has quotas, limits, network policies and bindings on the API server', async () => {
    const names = async (path: string) => {
      const { text } = await request(operator, 'GET', `${path}`.replace('NAMESPACE', `tenant-${tenant}`));
      return (JSON.parse(text) as { items: unknown[] }).items.length;
    };
    expect(await names('/api/v1/namespaces/NAMESPACE/resourcequotas')).toBeGreaterThanOrEqual(2);
    expect(await names('/api/v1/namespaces/NAMESPACE/limitranges')).toBeGreaterThanOrEqual(1);
    expect(await names('/apis/networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies')).toBeGreaterThanOrEqual(3);
    expect(await names('/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings')).toBeGreaterThanOrEqual(
      3,
    );
    const { text } = await request(operator, 'GET', `/api/v1/namespaces/tenant-${tenant}`);
    expect(JSON.parse(text).metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/enforce-version': 'v1.35',
    });
  });

  it('costs at most 25 billed state transitions', async () => {
    const [execution] = await onboardings(clients, tenant);
    const transitions = await billedTransitions(clients, execution?.arn ?? '');
    expect(transitions).toBeGreaterThanOrEqual(12);
    expect(transitions).toBeLessThanOrEqual(25);
  });
});

describe('the same event', () => {
  it('twice, the second time after the first has been worked off, onboards once', async () => {
    const tenant = freshTenant('twice');
    const detail = JSON.stringify(tenantCreatedDetail(tenant));
    await put(clients, detail);
    await bus.heard('TenantReady', tenant);
    await put(clients, detail);
    const witness = freshTenant('witness');
    await createTenant(clients, witness);
    await bus.heard('TenantReady', witness);
    expect(await onboardings(clients, tenant)).toHaveLength(1);
    expect(bus.about(tenant).map((event) => event['detail-type'])).toEqual(['TenantReady']);
  });

  it('ten times at once onboards once', async () => {
    const tenant = freshTenant('ten');
    const detail = JSON.stringify(tenantCreatedDetail(tenant));
    const answers = await Promise.all(Array.from({ length: 10 }, () => put(clients, detail)));
    expect(new Set(answers.map(({ EventId }) => EventId)).size).toBe(10);
    await bus.heard('TenantReady', tenant);
    const witness = freshTenant('witness');
    await createTenant(clients, witness);
    await bus.heard('TenantReady', witness);
    expect(await onboardings(clients, tenant)).toHaveLength(1);
    expect(bus.about(tenant).map((event) => event['detail-type'])).toEqual(['TenantReady']);
  });
});

it('two different TenantCreated for one id: the second waits visibly for its turn, then is rejected', async () => {
  const tenant = freshTenant('rivals');
  const created = await Promise.all([putTenantCreated(clients, tenant), putTenantCreated(clients, tenant)]);
  const executions = await eventually('both executions', async () => {
    const found = await onboardings(clients, tenant);
    return found.length === 2 ? found : undefined;
  });
  const states = await Promise.all(executions.map(({ arn }) => currentState(clients, arn)));
  expect(states).toContain('Admit');
  await bus.heard('TenantReady', tenant);
  const rejected = await bus.heard('TenantEventRejected', tenant);
  expect(rejected.detail.data.reasons).toMatchObject([{ field: 'data.tenantId', code: 'tenant-exists' }]);
  // The answer names the very event that was put, also after a long wait.
  const { eventBridgeId, id } = rejected.detail.data.rejected;
  expect(created).toContainEqual({ id, eventBridgeId });
  const ends = await Promise.all(executions.map(({ arn }) => ended(clients, arn)));
  expect(ends.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(ends.map(({ output = '' }) => output).filter((output) => output.includes('TenantExists'))).toHaveLength(1);
});
