import { afterAll, beforeAll, expect, it } from 'vitest';
import { tenantUsageReported } from '../../events/tenant-usage-reported.ts';
import type { RatedTenant } from '../../tenancy/upgrades/record.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { reportUsage } from './report-usage.ts';
import { readyTenant } from './testing/tenants.ts';

const { data, metadata } = tenantUsageReported.example;
const MEASURED = Date.parse(data.measuredAt);
const HOUR = 3_600_000;

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

const report = (now = MEASURED, owner = 'saas.shop') => reportUsage(table, { owner, eventId: metadata.id, data }, now);
const acme = (changes: Partial<RatedTenant> = {}) => readyTenant(table, 'acme', changes);

it('keeps a report without any rules being there, once', async () => {
  await acme();
  expect([await report(), await report()]).toEqual(['recorded', 'duplicate']);
  expect(await report(MEASURED + 801 * HOUR)).toBe('outdated');
});

it('says of a report from the future what is wrong with it', async () => {
  await acme();
  expect(await report(MEASURED - 2 * HOUR)).toEqual({ wrong: expect.stringMatching(/in the future/) });
});

it('refuses reports about tenants that nobody knows, that belong to others, or that are gone', async () => {
  await expect(
    reportUsage(table, { owner: 'saas.shop', eventId: 'e', data: { ...data, tenantId: 'nobody' } }, MEASURED),
  ).rejects.toMatchObject({ name: 'TenantUnknown' });
  await acme();
  await expect(report(MEASURED, 'saas.other')).rejects.toMatchObject({ name: 'TenantNotOwned' });
  for (const state of ['DEPROVISIONED', 'ONBOARDING_FAILED'] as const) {
    await acme({ state });
    await expect(report(), state).rejects.toMatchObject({ name: 'TenantStateConflict' });
  }
});

it('takes reports in every other state: usage goes on while an operation runs', async () => {
  for (const state of ['ONBOARDING', 'SUSPENDING', 'SUSPENDED', 'DELETION_PENDING'] as const) {
    await acme({ state });
    expect(await report(), state).toBe('duplicate');
  }
});
