import { describe, expect, it } from 'vitest';
import { tenantOnboardingFailed } from '../../events/tenant-onboarding-failed.ts';
import type { TenantState } from '../../tenancy/tenant.ts';
import { receiveSbtEvent } from './receive-sbt-event.ts';
import { ensureSbtTenant } from './sbt-tenants.ts';
import { REGISTRATION, sbtBench, UUID } from './testing/sbt-bench.ts';

const bench = await sbtBench();

describe('onboardingRequest', () => {
  it('becomes TenantCreated of a tenant with a slug', async () => {
    expect(await bench.receive(bench.onboarding({ tier: 'PLATINUM' }))).toBe('forwarded');
    expect(bench.forwarded).toMatchObject([
      {
        type: 'TenantCreated',
        data: { tenantId: 'acme', tier: 'premium', displayName: 'Acme', contactEmail: 'cloud@acme.example' },
        metadata: { correlationId: REGISTRATION, occurredAt: '2026-11-22T09:30:00Z' },
      },
    ]);
    expect(bench.answers).toEqual([]);
  });

  it.each([
    ['basic', 'basic'],
    ['BASIC', 'basic'],
    ['PLATINUM', 'premium'],
    ['constructor', 'constructor'],
    ['Gold', 'gold'],
  ])('the tier %s goes on as %s: what is no tier is rejected where all events are', async (theirs, ours) => {
    await bench.receive(bench.onboarding({ tier: theirs }));
    expect(bench.forwarded.at(-1)?.data).toMatchObject({ tier: ours });
  });

  it('is one operation and one id, however often the event comes, and all at once', async () => {
    const event = bench.onboarding();
    await Promise.all(Array.from({ length: 8 }, () => bench.receive(event)));
    await bench.receive(bench.onboarding({}, 'another-event'));
    expect(new Set(bench.forwarded.map(({ metadata }) => metadata.id)).size).toBe(1);
    expect(new Set(bench.forwarded.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  });

  it('never gives two tenants of SBT one id', async () => {
    const others = Array.from({ length: 12 }, (_, index) => ({
      tenantId: `${UUID}-${index}`,
      tenantRegistrationId: `${REGISTRATION}-${index}`,
    }));
    await Promise.all(others.map((other) => bench.receive(bench.onboarding(other, `event-${other.tenantId}`))));
    const slugs = bench.forwarded.map(({ data }) => data.tenantId);
    expect(slugs).toHaveLength(12);
    expect(new Set(slugs).size).toBe(12);
    expect(slugs).toContain('acme');
    for (const slug of slugs) expect(slug).toMatch(/^acme(-[0-9a-f]{4,16})?$/);
  });

  it.each(['saas.shop', 'saas.sbt'])('leaves a tenant of %s alone that has the name already', async (owner) => {
    await bench.registered('acme', owner, 'READY');
    await bench.receive(bench.onboarding());
    expect(bench.forwarded[0]?.data.tenantId).toMatch(/^acme-[0-9a-f]{4}$/);
  });

  it.each([
    [{ tier: undefined }, 'The registration names no tier (tier).'],
    [{ tier: '   ' }, 'The registration names no tier (tier).'],
    [{ tier: 7 }, 'The registration names no tier (tier).'],
    [{ tier: 'x'.repeat(33) }, /^The registration is not valid: tier: /],
    [{ email: 'nobody' }, /^The registration is not valid: email: /],
  ])('%j is answered with provisionFailure and the reason, and touches nothing', async (changes, reason) => {
    expect(await bench.receive(bench.onboarding(changes))).toBe('refused');
    expect(bench.forwarded).toEqual([]);
    const [{ name, detail } = {}] = bench.answers;
    expect(name).toBe('provisionFailure');
    expect(detail?.tenantRegistrationId).toBe(REGISTRATION);
    expect(detail?.jobOutput).toEqual({
      tenantStatus: 'Failed to provision tenant.',
      tenantRegistrationData: {
        registrationStatus: 'failed',
        registrationStatusReason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
      },
    });
    expect(await bench.items()).toBe(0);
  });

  it.each([{ tenantId: undefined }, { tenantRegistrationId: undefined }, { tenantRegistrationId: 7 }])(
    'with %j there is nobody to answer: it fails',
    async (changes) => {
      await expect(bench.receive(bench.onboarding(changes))).rejects.toThrow(
        /does not say whose it is: tenant(Registration)?Id/,
      );
      expect([bench.forwarded, bench.answers]).toEqual([[], []]);
    },
  );

  it('after a failure begins anew; what came late of the first request does not', async () => {
    const first = bench.onboarding({}, 'first-event');
    await bench.receive(first);
    const operationId = bench.forwarded[0]?.metadata.id ?? '';
    await bench.answered(tenantOnboardingFailed, { tenantId: 'acme', operationId });
    await bench.receive(first);
    expect(bench.forwarded.map(({ metadata }) => metadata.id)).toEqual([operationId, operationId]);
    await bench.receive(bench.onboarding({}, 'second-event'));
    const again = bench.forwarded.at(-1)?.metadata.id;
    expect(again).not.toBe(operationId);
    expect(bench.forwarded.at(-1)?.data.tenantId).toBe('acme');
    expect(await bench.receive(first)).toBe('duplicate');
    expect(bench.forwarded).toHaveLength(3);
  });
});

describe('offboardingRequest', () => {
  it('becomes TenantDeletionRequested, with the grace period of the tier', async () => {
    await bench.onboarded();
    await bench.registered('acme', 'saas.sbt', 'READY');
    expect(await bench.receive(bench.offboarding())).toBe('forwarded');
    expect(bench.forwarded.at(-1)).toMatchObject({
      type: 'TenantDeletionRequested',
      data: { tenantId: 'acme', reason: 'offboarded by the control plane' },
      metadata: { correlationId: REGISTRATION },
    });
    expect(bench.forwarded.at(-1)?.data).not.toHaveProperty('immediate');
  });

  it('is immediate where the configuration says so', async () => {
    await bench.onboarded();
    await bench.registered('acme', 'saas.sbt', 'READY');
    const adapter = { ...bench.adapter, config: { ...bench.adapter.config, immediateDeletion: true } };
    await receiveSbtEvent(adapter, bench.offboarding());
    expect(bench.forwarded.at(-1)?.data).toMatchObject({ immediate: true });
  });

  it('of a registration that is deleted twice is one deletion', async () => {
    await bench.onboarded();
    await bench.registered('acme', 'saas.sbt', 'READY');
    await Promise.all([bench.receive(bench.offboarding('one-event')), bench.receive(bench.offboarding('other-event'))]);
    const [, one, other] = bench.forwarded.map(({ metadata }) => metadata.id);
    expect(other).toBe(one);
  });

  it('before the onboarding is registered is no word that nothing is left', async () => {
    await bench.onboarded();
    expect(await bench.receive(bench.offboarding())).toBe('forwarded');
  });

  it.each<[TenantState | undefined]>([['ONBOARDING_FAILED'], [undefined]])(
    'of a tenant that could not be onboarded (%s) succeeds: nothing is left',
    async (state) => {
      const operationId = await bench.onboarded();
      await bench.answered(tenantOnboardingFailed, { tenantId: 'acme', operationId });
      if (state) await bench.registered('acme', 'saas.sbt', state);
      expect(await bench.receive(bench.offboarding())).toBe('gone');
      expect(bench.answers.at(-1)).toMatchObject({
        name: 'deprovisionSuccess',
        detail: {
          tenantRegistrationId: REGISTRATION,
          jobOutput: { tenantRegistrationData: { registrationStatus: 'deleted' } },
        },
      });
      expect(bench.forwarded).toHaveLength(1);
    },
  );

  it('of a tenant that an operator has deprovisioned succeeds', async () => {
    await bench.onboarded();
    await bench.registered('acme', 'saas.sbt', 'DEPROVISIONED');
    expect(await bench.receive(bench.offboarding())).toBe('gone');
    expect(bench.answers.map(({ name }) => name)).toEqual(['deprovisionSuccess']);
  });

  it('of a tenant whose onboarding is about to be passed on is no word that nothing is left', async () => {
    const tenant = { sbtTenantId: UUID, tenantRegistrationId: REGISTRATION, echoed: {}, tenantName: 'Acme' };
    await ensureSbtTenant(bench.adapter.table, tenant, 'saas.sbt');
    expect(await bench.receive(bench.offboarding())).toBe('forwarded');
    expect(bench.answers).toEqual([]);
  });

  it('of a tenant that nobody asked for fails, and says so', async () => {
    expect(await bench.receive(bench.offboarding())).toBe('refused');
    expect(bench.answers[0]).toMatchObject({
      name: 'deprovisionFailure',
      detail: { jobOutput: { tenantStatus: 'Failed to deprovision tenant.' } },
    });
  });
});
