import type { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, connect } from './support/clients.ts';
import { endpoint } from './support/endpoint.ts';
import { onboardings } from './support/executions.ts';
import { clearFaults, injectFault } from './support/faults.ts';
import { belongings } from './support/inventory.ts';
import { operatorKubeConfig } from './support/kubernetes.ts';
import { freshTenant } from './support/product.ts';
import { registered } from './support/registry.ts';
import { type SbtControlPlane, startSbtControlPlane } from './support/sbt-control-plane.ts';

const clients = connect(endpoint);
let sbt: SbtControlPlane;
let operator: KubeConfig;

beforeAll(async () => {
  sbt = await startSbtControlPlane(clients);
  operator = await operatorKubeConfig(clients);
});
afterEach(() => clearFaults(endpoint));

const company = (tenantName: string, changes: object = {}) => ({
  tenantName,
  email: 'cloud@customer.example',
  tier: 'basic',
  prices: [{ id: 'price_1', metricName: 'calls' }],
  ...changes,
});

/** The slug that Tenantry gave the tenant, from what SBT was told. */
const slugOf = (tenant: Record<string, unknown>) =>
  String((JSON.parse(String(tenant['tenantConfig'])) as Record<string, unknown>)['tenantId']);

describe('a control plane of the SaaS Builder Toolkit', () => {
  const name = freshTenant('Sbt-Customer');

  it('has its tenants provisioned and is told where they live, whatever their names and however often it asks', async () => {
    // Two customers of one name, and a request that comes three times.
    const [first, second] = [
      await sbt.register(company(name), 3),
      await sbt.register(company(name, { tier: 'BASIC' })),
    ];
    const slugs: string[] = [];
    for (const registration of [first, second]) {
      const { tenant } = await sbt.became(registration, 'created');
      const slug = slugOf(tenant);
      slugs.push(slug);
      expect(JSON.parse(String(tenant['tenantConfig']))).toMatchObject({
        tier: 'basic',
        accountId: ACCOUNT,
        namespace: `tenant-${slug}`,
        cluster: { name: 'shared-1' },
      });
      expect(tenant).toMatchObject({ tenantName: name, email: 'cloud@customer.example' });
      expect(JSON.parse(String(tenant['prices']))).toEqual(company(name).prices);
      expect(await registered(clients, slug)).toMatchObject({ state: 'READY', owner: 'saas.sbt' });
      expect(await belongings(clients, operator, slug)).toContain(`namespace tenant-${slug}`);
      expect(await onboardings(clients, slug)).toHaveLength(1);
      expect(await sbt.answers(registration)).toEqual(['sbt_aws_provisionSuccess']);
    }
    expect(new Set(slugs).size).toBe(2);
    expect(slugs).toContain(name.toLowerCase());
  });

  it('learns which step failed and why; nothing is left, and the registration can be deleted', async () => {
    const name = freshTenant('sbt-unlucky');
    await injectFault(endpoint, { service: 'cloudformation', operation: 'CreateStack', kind: 'deny' });
    const registration = await sbt.register(company(name));
    const { registration: record } = await sbt.became(registration, 'failed');
    expect(record['registrationStatusReason']).toMatch(/^EnsureFoundation: AwsAccessDenied: .*CreateStack/);
    await clearFaults(endpoint);
    expect(await registered(clients, name)).toMatchObject({ state: 'ONBOARDING_FAILED' });
    expect(await belongings(clients, operator, name)).toEqual([]);
    await sbt.unregister(registration);
    await sbt.became(registration, 'deleted');
    expect(await sbt.answers(registration)).toEqual(['sbt_aws_provisionFailure', 'sbt_aws_deprovisionSuccess']);
  });

  it('learns that a tier is none of Tenantry’s, and which there are', async () => {
    const registration = await sbt.register(company(freshTenant('sbt-gold'), { tier: 'GOLD' }));
    const { registration: record } = await sbt.became(registration, 'failed');
    expect(record['registrationStatusReason']).toMatch(
      /^unknown-tier: there is no tier "gold"; the tiers are: basic, /,
    );
    expect(await sbt.answers(registration)).toEqual(['sbt_aws_provisionFailure']);
  });

  it('has its tenants deprovisioned when their registrations are deleted, however often', async () => {
    const registration = await sbt.register(company(freshTenant('sbt-leaver')));
    const slug = slugOf((await sbt.became(registration, 'created')).tenant);
    await sbt.unregister(registration);
    await sbt.unregister(registration);
    await sbt.became(registration, 'deleted');
    expect(await belongings(clients, operator, slug)).toEqual([]);
    expect(await registered(clients, slug)).toMatchObject({ state: 'DEPROVISIONED' });
    expect(await sbt.answers(registration)).toEqual(['sbt_aws_provisionSuccess', 'sbt_aws_deprovisionSuccess']);
  });
});
