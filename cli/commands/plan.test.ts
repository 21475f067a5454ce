import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { localTable } from '../../functions/testing/local-table.ts';
import { readyTenant } from '../../functions/upgrades/testing/tenants.ts';
import type { TierChangePlan } from '../../tenancy/tier-changes/plan.ts';
import type { Installation } from '../installation.ts';
import { plan } from './plan.ts';

const answer: TierChangePlan = {
  tenantId: 'acme',
  how: 'moved',
  from: { generation: 1, tier: 'basic', placement: { account: 'pooled', workspace: 'namespace' } },
  to: { generation: 2, tier: 'standard', placement: { account: 'pooled', workspace: 'vcluster' } },
  obstacles: [],
  steps: [
    { workflow: 'change-tier', state: 'BeginTierChange', summary: 'the tenant is CHANGING_TIER', seconds: 1 },
    { workflow: 'acquire-placement', state: 'EnsureVcluster', summary: 'the virtual cluster', seconds: 60 },
  ],
  creates: [{ kind: 'workspace', name: 'tenant-acme--2', summary: 'the virtual cluster acme in a fenced namespace' }],
  removes: [
    { kind: 'workspace', name: 'tenant-acme', summary: 'a fenced namespace', when: '72 hours after the cut-over' },
  ],
  numbers: [{ resource: 'requests.cpu', from: '2', to: '4' }],
  seconds: 61,
  price: {
    before: 20,
    after: 27.3,
    difference: 7.3,
    components: [{ name: 'Virtual control plane', difference: 7.3 }],
    budget: { from: 25, to: 150 },
  },
};

let installation: Installation;
let close: () => Promise<void>;
let says: { Payload: Uint8Array; FunctionError?: string };
const asked: unknown[] = [];
beforeAll(async () => {
  const local = await localTable();
  close = local.close;
  await readyTenant(local.table, 'acme');
  const lambda = {
    send: async ({ input }: { input: { FunctionName: string; Payload: Uint8Array } }) => {
      asked.push([input.FunctionName, JSON.parse(Buffer.from(input.Payload).toString())]);
      return says;
    },
  };
  installation = { table: local.table, lambda, functionName: (name: string) => `tenantry-${name}` } as never;
});
afterAll(() => close());

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  says = { Payload: Buffer.from(JSON.stringify(answer)) };
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

it('prints everything that a person decides by', async () => {
  await plan(installation, 'acme', { tier: 'standard', json: false });
  expect(asked).toEqual([['tenantry-plan-tier-change', { tenantId: 'acme', tier: 'standard' }]]);
  expect(printed.join('\n').split('\n')).toEqual([
    'acme: basic (pooled+namespace) -> standard (pooled+vcluster), a new placement, number 2, beside the old one.',
    'Nothing is in the way. Nothing was touched.',
    '',
    'Steps, usually 1 min 1 s until the tenant lives there',
    '     step             workflow           time       what',
    '  1  BeginTierChange  change-tier        1.00 s     the tenant is CHANGING_TIER',
    '  2  EnsureVcluster   acquire-placement  1 min 0 s  the virtual cluster',
    '',
    'Made',
    '  kind       name            what',
    '  workspace  tenant-acme--2  the virtual cluster acme in a fenced namespace',
    '',
    'Removed',
    '  kind       name         when                         what',
    '  workspace  tenant-acme  72 hours after the cut-over  a fenced namespace',
    '',
    'Numbers of the workspace',
    '  number        now  then',
    '  requests.cpu  2    4',
    '',
    'Price a month, for what the tenant uses now: $20.00 -> $27.30 (+$7.30); budget $25 -> $150',
    '  component              difference',
    '  Virtual control plane  +$7.30',
  ]);
  expect(process.exitCode).toBeUndefined();
});

it('lists what is in the way, and exits with 1', async () => {
  says = { Payload: Buffer.from(JSON.stringify({ ...answer, obstacles: ['requests.cpu: 3 in use', 'no room'] })) };
  await plan(installation, 'acme', { tier: 'standard', json: false });
  const text = printed.join('\n');
  expect(text).toContain('It would be refused: 2 things are in the way. Nothing was touched.');
  expect(text).toContain('In the way\n  - requests.cpu: 3 in use\n  - no room\n');
  expect(process.exitCode).toBe(1);
});

it('prints JSON as it was planned', async () => {
  await plan(installation, 'acme', { tier: 'standard', json: true });
  expect(JSON.parse(printed.join(''))).toEqual(answer);
});

it('says why there is no plan', async () => {
  const failed = { errorType: 'TenantStateConflict', errorMessage: 'The tenant "acme" is SUSPENDED.' };
  says = { FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify(failed)) };
  await expect(plan(installation, 'acme', { tier: 'standard', json: false })).rejects.toThrow(
    'TenantStateConflict: The tenant "acme" is SUSPENDED.',
  );
  await expect(plan(installation, 'nobody', { tier: 'standard', json: false })).rejects.toThrow('no tenant "nobody"');
});
