import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { localTable } from '../../functions/testing/local-table.ts';
import { readyTenant } from '../../functions/upgrades/testing/tenants.ts';
import type { ExportManifest } from '../../tenancy/transfer/export-manifest.ts';
import type { Installation } from '../installation.ts';
import { restore } from './restore.ts';

const key = 'tenants/acme/operation-9/workspace.json.gz';
const manifest: ExportManifest = {
  format: 'tenantry.export-manifest.v1',
  exportedAt: '2026-12-22T00:00:00.000Z',
  tenantId: 'acme',
  owner: 'saas.shop',
  tier: 'basic',
  export: { bucket: 'exports', key, versionId: 'v1', sha256: 'a'.repeat(64), bytes: 9, objects: 1 },
};
const done = { objects: 1, written: 1, kinds: { Secret: 1 }, left: {}, findings: [] };

let installation: Installation;
let close: () => Promise<void>;
/** What the function that restores answers, one after the other. */
let says: object[];
const asked: [name: string, input: unknown][] = [];
beforeAll(async () => {
  const local = await localTable();
  close = local.close;
  await readyTenant(local.table, 'acme');
  await readyTenant(local.table, 'globex', { owner: 'saas.rival' });
  await readyTenant(local.table, 'initech', { owner: 'saas.rival', state: 'ONBOARDING_FAILED' });
  const lambda = {
    send: async ({ input }: { input: { FunctionName: string; Payload: Uint8Array } }) => {
      asked.push([input.FunctionName, JSON.parse(Buffer.from(input.Payload).toString())]);
      const answer = input.FunctionName === 'describe-export' ? manifest : (says.shift() ?? done);
      const failed = 'errorMessage' in answer && { FunctionError: 'Unhandled' };
      return { Payload: Buffer.from(JSON.stringify(answer)), ...failed };
    },
  };
  installation = { table: local.table, lambda, functionName: (name: string) => name } as never;
});
afterAll(() => close());

let printed: string[];
beforeEach(() => {
  says = [];
  asked.length = 0;
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => void vi.restoreAllMocks());

it('gives a tenant of the same owner the objects, and says whose they are', async () => {
  await restore(installation, key, { json: true });
  expect(asked).toEqual([
    ['describe-export', { key }],
    ['restore-workspace', { tenantId: 'acme', owner: 'saas.shop', key }],
  ]);
  expect(JSON.parse(printed.join(''))).toMatchObject({ tenantId: 'acme', ...done });
});

it.each(['globex', 'initech'])('gives nothing to %s, which is another owner’s, unless that is said', async (tenant) => {
  await expect(restore(installation, key, { tenant, json: true })).rejects.toThrow(
    `The tenant "${tenant}" belongs to saas.rival, the export to saas.shop. Restore into another one (--tenant <id>), or say that saas.rival may have all that is in the export: --source saas.rival.`,
  );
  expect(asked.map(([name]) => name)).toEqual(['describe-export']);
});

it('gives it to the owner that is said, and to no other', async () => {
  await restore(installation, key, { tenant: 'globex', source: 'saas.rival', json: true });
  expect(asked.at(-1)).toEqual(['restore-workspace', { tenantId: 'globex', owner: 'saas.rival', key }]);
  await expect(restore(installation, key, { source: 'saas.rival', json: true })).rejects.toThrow(
    'The tenant "acme" belongs to saas.shop, not to saas.rival. Restore into another one: --tenant <id>.',
  );
});

it('goes on when the time of an invocation is over, and not when something is wrong', async () => {
  says = [
    { errorType: 'StillCreating', errorMessage: '9 objects are still to be transferred' },
    { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out' },
  ];
  await restore(installation, key, { json: false });
  expect(asked.filter(([name]) => name === 'restore-workspace')).toHaveLength(3);
  expect(printed).toEqual(['acme has all 1 objects of the export:\n  1 Secret']);
  says = [{ errorType: 'TransferRefused', errorMessage: 'The target refuses it.' }];
  await expect(restore(installation, key, { json: true })).rejects.toThrow('TransferRefused: The target refuses it.');
});
