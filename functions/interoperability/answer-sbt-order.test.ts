import { describe, expect, it } from 'vitest';
import { tenantDeprovisioned } from '../../events/tenant-deprovisioned.ts';
import { tenantEventRejected } from '../../events/tenant-event-rejected.ts';
import { tenantOnboardingFailed } from '../../events/tenant-onboarding-failed.ts';
import { tenantReady } from '../../events/tenant-ready.ts';
import { sbtBench } from './testing/sbt-bench.ts';

const bench = await sbtBench();

describe('events that come twice or in another order', () => {
  it('the same event is answered once', async () => {
    const operationId = await bench.onboarded();
    const event = () => bench.answered(tenantReady, { tenantId: 'acme', operationId }, 'ready-1');
    expect([await event(), await event()]).toEqual(['answered', 'outdated']);
    expect(bench.answers).toHaveLength(1);
  });

  it('an answer that could not be put is put when the event comes again', async () => {
    const operationId = await bench.onboarded();
    bench.failNextAnswer();
    await expect(bench.answered(tenantReady, { tenantId: 'acme', operationId }, 'ready-1')).rejects.toThrow('bus');
    expect(await bench.answered(tenantReady, { tenantId: 'acme', operationId }, 'ready-1')).toBe('answered');
    expect(bench.answers.map(({ name }) => name)).toEqual(['provisionSuccess']);
  });

  it('a failure that comes after a later success stays unsaid', async () => {
    const operationId = await bench.onboarded();
    await bench.answered(tenantReady, { tenantId: 'acme', operationId }, 'ready-1', 2);
    expect(await bench.answered(tenantOnboardingFailed, { tenantId: 'acme', operationId }, 'interrupted', 1)).toBe(
      'outdated',
    );
    await bench.receive(bench.onboarding({}, 'another-event'));
    expect(bench.forwarded.at(-1)?.metadata.id).toBe(operationId);
  });

  it('an execution that was redriven after it failed is answered twice: failure, success', async () => {
    const operationId = await bench.onboarded();
    await bench.answered(
      tenantOnboardingFailed,
      { tenantId: 'acme', operationId, outcome: 'interrupted' },
      'interrupted',
      1,
    );
    await bench.answered(tenantReady, { tenantId: 'acme', operationId }, 'ready-1', 2);
    expect(bench.answers.map(({ name }) => name)).toEqual(['provisionFailure', 'provisionSuccess']);
    await bench.receive(bench.onboarding({}, 'another-event'));
    expect(bench.forwarded.at(-1)?.metadata.id).toBe(operationId);
  });

  it('the failure of an operation before the current one stays unsaid', async () => {
    const operationId = await bench.onboarded();
    await bench.answered(tenantOnboardingFailed, { tenantId: 'acme', operationId }, 'failed-1', 1);
    await bench.receive(bench.onboarding({}, 'second-event'));
    expect(await bench.answered(tenantOnboardingFailed, { tenantId: 'acme', operationId }, 'failed-2', 3)).toBe(
      'outdated',
    );
    expect(bench.answers).toHaveLength(1);
  });

  it('a rejection of a repetition does not undo a success', async () => {
    const operationId = await bench.onboarded();
    await bench.answered(tenantReady, { tenantId: 'acme', operationId }, 'ready-1', 1);
    const rejected = {
      detailType: 'TenantCreated',
      source: 'saas.sbt',
      eventBridgeId: 'x',
      id: operationId,
      tenantId: 'acme',
    };
    expect(await bench.answered(tenantEventRejected, { rejected }, 'rejected-1', 2)).toBe('outdated');
    expect(bench.answers).toHaveLength(1);
  });

  it('nothing is provisioned after it is gone', async () => {
    const operationId = await bench.onboarded();
    await bench.answered(tenantDeprovisioned, { tenantId: 'acme', operationId: 'whoever' }, 'gone', 2);
    expect(await bench.answered(tenantReady, { tenantId: 'acme', operationId }, 'ready-1', 1)).toBe('outdated');
    expect(bench.answers.map(({ name }) => name)).toEqual(['deprovisionSuccess']);
  });
});
