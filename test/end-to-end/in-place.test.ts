import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAccessEntryCommand } from '@aws-sdk/client-eks';
import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BusListener, listen } from './support/bus-listener.ts';
import { ACCOUNT, connect } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { clearFaults, type Fault, injectFault, pendingFaults } from './support/faults.ts';
import { CLUSTER, operatorKubeConfig, request } from './support/kubernetes.ts';
import { ask, createTenant, freshTenant } from './support/product.ts';
import { registered } from './support/registry.ts';
import { addWorkloads, dump } from './support/workloads.ts';

/** A change between two tiers of one placement, and what is left of one that fails. */
const clients = connect(endpoint);
const tenant = freshTenant('place');
const namespace = `tenant-${tenant}`;
let bus: BusListener;
let operator: KubeConfig;

beforeAll(async () => {
  bus = await listen(clients);
  operator = await operatorKubeConfig(clients);
  await createTenant(clients, tenant);
  await bus.heard('TenantReady', tenant);
  await addWorkloads(operator, namespace);
});
afterAll(async () => {
  await clearFaults(endpoint);
  await bus.close();
});

/** The answer to a request for the tier: what was said of that very operation. */
async function changed(tier: string) {
  const { id } = await ask(clients, 'TenantTierChangeRequested', { tenantId: tenant, tier });
  const outcomes = ['TenantTierChanged', 'TenantTierChangeFailed'];
  return bus.find(
    `outcome of ${id}`,
    (event) => outcomes.includes(event['detail-type']) && event.detail.data['operationId'] === id,
  );
}

/** Everything of the tenant's that a change in place touches, in every system, as the services say it. */
async function everything() {
  const { Stacks = [] } = await clients.stacks.send(
    new DescribeStacksCommand({ StackName: `tenantry-foundation-${tenant}` }),
  );
  const principalArn = `arn:aws:iam::${ACCOUNT}:role/tenantry/tenants/tenantry-tenant-${tenant}`;
  const { accessEntry } = await clients.eks.send(
    new DescribeAccessEntryCommand({ clusterName: CLUSTER, principalArn }),
  );
  const { text } = await request(operator, 'GET', `/api/v1/namespaces/${namespace}`);
  const { labels, annotations } = (JSON.parse(text) as { metadata: Record<string, unknown> }).metadata;
  const record = await registered(clients, tenant);
  return {
    objects: await dump(operator, namespace),
    namespace: { labels, annotations },
    parameters: Stacks[0]?.Parameters,
    tags: Stacks[0]?.Tags,
    access: accessEntry?.tags,
    lives: { tier: record?.['tier'], state: record?.['state'], generation: record?.['generation'] },
  };
}

const denied = { code: 'AccessDeniedException', message: 'no', status: 403 };
const faults: Fault[] = [
  { service: 'cloudformation', operation: 'UpdateStack', kind: 'deny', count: 1 },
  {
    service: 'cloudformation',
    operation: 'UpdateStack',
    kind: 'fail-after',
    count: 1,
    error: { ...denied, code: 'AccessDenied' },
  },
  { service: 'eks', operation: 'TagResource', kind: 'deny', count: 1 },
  { service: 'eks', operation: 'TagResource', kind: 'fail-after', count: 1, error: denied },
];

describe('a change in place', () => {
  it.each(faults)('that fails at $operation ($kind) leaves the tenant exactly as it was', async (fault) => {
    const before = await everything();
    await injectFault(endpoint, fault);
    const event = await changed('grown');
    expect(event['detail-type']).toBe('TenantTierChangeFailed');
    expect(event.detail.data).toMatchObject({ error: 'AwsAccessDenied', outcome: 'unchanged' });
    expect(await pendingFaults(endpoint)).toEqual([]);
    expect(await everything()).toEqual(before);
  });

  it('changes budget, tags and labels, moves nothing, and back is as before', async () => {
    const before = await everything();
    const there = await changed('grown');
    expect(there.detail.data).toMatchObject({ how: 'in-place' });
    const between = await everything();
    expect(between.lives).toEqual({ tier: 'grown', state: 'READY', generation: 1 });
    expect(between.access).toMatchObject({ 'tenantry:tier': 'grown' });
    expect(between.tags).toContainEqual({ Key: 'tenantry:tier', Value: 'grown' });
    expect(between.namespace.labels).toMatchObject({ 'tenantry.dev/tier': 'grown' });
    expect(between.parameters).not.toEqual(before.parameters);
    const names = ({ objects }: { objects: string[] }) =>
      objects.map((object) => /^\S+ .*?"name":"([^"]+)"/.exec(object)?.[1]).sort();
    expect(names(between)).toEqual(names(before));
    await changed('basic');
    expect(await everything()).toEqual(before);
  });

  it('to the tier that the tenant has is nothing', async () => {
    const before = await everything();
    expect((await changed('basic'))['detail-type']).toBe('TenantTierChanged');
    expect(await everything()).toEqual(before);
  });
});
