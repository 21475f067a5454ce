import { describe, expect, it } from 'vitest';
import { tenantDeprovisioned } from '../../events/tenant-deprovisioned.ts';
import { tenantDeprovisioningFailed } from '../../events/tenant-deprovisioning-failed.ts';
import { tenantEventRejected } from '../../events/tenant-event-rejected.ts';
import { tenantOnboardingFailed } from '../../events/tenant-onboarding-failed.ts';
import { tenantReady } from '../../events/tenant-ready.ts';
import { tenantResumed } from '../../events/tenant-resumed.ts';
import { REGISTRATION, sbtBench } from './testing/sbt-bench.ts';

const bench = await sbtBench();

describe('what Tenantry says', () => {
  it('TenantReady becomes provisionSuccess, in strings, with what the registration said', async () => {
    const prices = [{ id: 'price_1', metricName: 'calls' }];
    const operationId = await bench.onboarded({ prices });
    expect(await bench.answered(tenantReady, { tenantId: 'acme', operationId })).toBe('answered');
    const { tenantConfig = '', ...echoed } = bench.answers[0]?.detail.jobOutput.tenantData ?? {};
    expect(bench.answers).toMatchObject([
      {
        name: 'provisionSuccess',
        detail: {
          tenantRegistrationId: REGISTRATION,
          jobOutput: { tenantRegistrationData: { registrationStatus: 'created' } },
          tenantry: { tenantId: 'acme', operationId },
        },
      },
    ]);
    expect(echoed).toEqual({ tenantName: 'Acme', email: 'cloud@acme.example', prices: JSON.stringify(prices) });
    expect(JSON.parse(tenantConfig)).toMatchObject({
      tenantId: 'acme',
      accountId: '111111111111',
      namespace: 'tenant-acme',
    });
  });

  it('TenantOnboardingFailed becomes provisionFailure that reaches the registration', async () => {
    const operationId = await bench.onboarded();
    await bench.answered(tenantOnboardingFailed, {
      tenantId: 'acme',
      operationId,
      step: 'EnsureFoundation',
      error: 'StackFailed',
    });
    expect(bench.answers).toMatchObject([
      {
        name: 'provisionFailure',
        detail: {
          jobOutput: {
            tenantStatus: 'Failed to provision tenant.',
            tenantRegistrationData: {
              registrationStatus: 'failed',
              registrationStatusReason: expect.stringMatching(/^EnsureFoundation: StackFailed: /),
            },
          },
        },
      },
    ]);
  });

  it('a rejection becomes the failure of what was asked for, with every reason', async () => {
    const operationId = await bench.onboarded({ tier: 'gold' });
    await bench.answered(tenantEventRejected, {
      rejected: {
        detailType: 'TenantCreated',
        source: 'saas.sbt',
        eventBridgeId: 'x',
        id: operationId,
        tenantId: 'acme',
      },
      reasons: [
        { field: 'data.tier', code: 'unknown-tier', message: 'there is no tier "gold"' },
        { field: 'data.tenantId', code: 'tenant-exists', message: 'taken' },
      ],
    });
    expect(bench.answers[0]?.name).toBe('provisionFailure');
    expect(bench.answers[0]?.detail.jobOutput.tenantRegistrationData.registrationStatusReason).toBe(
      'unknown-tier: there is no tier "gold"; tenant-exists: taken',
    );
  });

  it('deprovisioning is answered for: done, halfway, or cancelled', async () => {
    await bench.onboarded();
    await bench.registered('acme', 'saas.sbt', 'READY');
    await bench.receive(bench.offboarding('first-event'));
    const first = bench.forwarded.at(-1)?.metadata.id ?? '';
    await bench.answered(
      tenantResumed,
      { tenantId: 'acme', operationId: first, cancelledBy: 'cancel-1234' },
      'resumed',
      1,
    );
    await bench.receive(bench.offboarding('second-event'));
    const second = bench.forwarded.at(-1)?.metadata.id ?? '';
    expect(second).not.toBe(first);
    await bench.answered(tenantDeprovisioningFailed, { tenantId: 'acme', operationId: second }, 'halfway', 2);
    await bench.receive(bench.offboarding('third-event'));
    expect(bench.forwarded.at(-1)?.metadata.id).toBe(second);
    await bench.answered(tenantDeprovisioned, { tenantId: 'acme', operationId: second }, 'gone', 3);
    expect(
      bench.answers.map(({ name, detail }) => [name, detail.jobOutput.tenantRegistrationData.registrationStatus]),
    ).toEqual([
      ['deprovisionFailure', 'created'],
      ['deprovisionFailure', 'failed'],
      ['deprovisionSuccess', 'deleted'],
    ]);
  });

  it('a deletion by an operator is told too', async () => {
    await bench.onboarded();
    expect(await bench.answered(tenantDeprovisioned, { tenantId: 'acme', operationId: 'an-operators-own' })).toBe(
      'answered',
    );
    expect(bench.answers[0]?.name).toBe('deprovisionSuccess');
  });

  it.each<[string, () => Promise<string>]>([
    ['of somebody else’s tenant', () => bench.answered(tenantReady, { tenantId: 'other' })],
    ['of a resumption that was no cancellation', () => bench.answered(tenantResumed, { tenantId: 'acme' })],
    [
      'of a rejection of somebody else’s event',
      () =>
        bench.answered(tenantEventRejected, {
          rejected: {
            detailType: 'TenantCreated',
            source: 'saas.shop',
            eventBridgeId: 'x',
            id: 'some-event',
            tenantId: 'acme',
          },
        }),
    ],
  ])('%s is none of its business', async (_what, tell) => {
    await bench.onboarded();
    expect(await tell()).toBe('not of SBT');
    expect(bench.answers).toEqual([]);
  });

  it('a tenant id that was claimed for SBT and then not taken is none of its business', async () => {
    await bench.registered('acme', 'saas.shop', 'READY');
    await bench.onboarded();
    expect(bench.forwarded[0]?.data.tenantId).not.toBe('acme');
    expect(await bench.answered(tenantDeprovisioned, { tenantId: 'acme' })).toBe('not of SBT');
    expect(bench.answers).toEqual([]);
  });
});
