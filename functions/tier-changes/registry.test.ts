import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tenantGate } from '../../tenancy/gates.ts';
import type { MadePlacement, Tenant } from '../../tenancy/tenant.ts';
import { arrive } from '../operations/gate.ts';
import { getTenant, registerTenant, updateTenant } from '../operations/tenant-registry.ts';
import type { Table } from '../runtime/table.ts';
import { localTable } from '../testing/local-table.ts';
import { beginRetirement } from './begin-retirement.ts';
import { beginReversal } from './begin-reversal.ts';
import { beginTierChange } from './begin-tier-change.ts';
import { cutOver } from './cut-over.ts';
import { forgetPlacement } from './forget-placement.ts';

let table: Table;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ table, close } = await localTable());
});
afterAll(() => close());

const facts = {
  accountId: '111111111111',
  roleArn: 'arn:role',
  cluster: { name: 'shared-1', arn: 'arn:cluster', accountId: '111111111111' },
  namespace: 'tenant-x',
};
const asked = (tenantId: string, operationId: string) => ({
  tenantId,
  operationId,
  executionArn: `arn:${operationId}`,
  correlationId: operationId,
  owner: 'saas.shop',
});

async function ready(tenantId: string): Promise<void> {
  const at = '2026-11-22T00:00:00.000Z';
  await registerTenant(table, {
    ...asked(tenantId, 'operation-1'),
    generation: 1,
    state: 'ONBOARDING',
    tier: 'basic',
    placement: { account: 'pooled', workspace: 'namespace' },
    createdAt: at,
    updatedAt: at,
  });
  await updateTenant(table, { tenantId, operationId: 'operation-1' }, 'READY', facts);
}

const tenantOf = async (tenantId: string): Promise<Tenant> => {
  const tenant = await getTenant(table, tenantId);
  if (!tenant) throw new Error(`${tenantId} is not registered`);
  return tenant;
};
const virtual = { name: 'x', server: 'https://x' };
const second = (generation: number): MadePlacement => ({
  generation,
  tier: 'standard',
  placement: { account: 'pooled', workspace: 'vcluster' },
  ...facts,
  namespace: `tenant-x--${generation}`,
  virtualCluster: virtual,
});
const keptUntil = '2026-11-25T00:00:00.000Z';

async function moved(tenantId: string): Promise<void> {
  await ready(tenantId);
  await beginTierChange(table, asked(tenantId, 'operation-2'), 'standard');
  await cutOver(table, { tenantId, operationId: 'operation-2', to: second(2), keptUntil });
}

describe('beginTierChange', () => {
  it('numbers the next placement, and says the same again', async () => {
    await ready('numbered');
    for (let time = 0; time < 2; time++) {
      const begun = await beginTierChange(table, asked('numbered', 'operation-2'), 'standard');
      expect(begun).toMatchObject({ how: 'moved', to: { generation: 2, tier: 'standard' } });
    }
    expect(await tenantOf('numbered')).toMatchObject({
      state: 'CHANGING_TIER',
      generation: 1,
      next: { generation: 2 },
    });
  });

  it('never gives the number of a placement that failed to another', async () => {
    await ready('failed-once');
    await beginTierChange(table, asked('failed-once', 'operation-2'), 'standard');
    await updateTenant(table, { tenantId: 'failed-once', operationId: 'operation-2' }, 'READY', { next: undefined });
    const again = await beginTierChange(table, asked('failed-once', 'operation-3'), 'standard');
    expect(again.to.generation).toBe(3);
  });

  it('stays in place for a tier of the same placement', async () => {
    await ready('in-place');
    const begun = await beginTierChange(table, asked('in-place', 'operation-2'), 'basic');
    expect(begun).toMatchObject({ how: 'in-place', to: { generation: 1, tier: 'basic' } });
  });

  it('gives way to a later change that waits already, and to nothing else that waits', async () => {
    await ready('queue');
    const at = (holderId: string, machine: string) => ({
      gate: tenantGate('queue'),
      holderId,
      executionArn: `arn:aws:states:us-east-1:111111111111:execution:${machine}:run`,
      taskToken: `token-${holderId}`,
      enqueuedAt: '2026-11-22T00:00:00.000Z',
    });
    const woken = async () => 'woken' as const;
    await arrive(table, at('operation-2', 'tenantry-change-tier'), 1, woken);
    await arrive(table, at('operation-3', 'tenantry-suspend-tenant'), 1, woken);
    const begun = await beginTierChange(table, asked('queue', 'operation-2'), 'standard');
    expect(begun.how).toBe('moved');
    await arrive(table, at('operation-4', 'tenantry-change-tier'), 1, woken);
    // Begun is begun, when it is asked again too.
    expect((await beginTierChange(table, asked('queue', 'operation-2'), 'standard')).to).toEqual(begun.to);
    await expect(beginTierChange(table, asked('queue', 'operation-5'), 'standard')).rejects.toMatchObject({
      name: 'TierChangeSuperseded',
      message: expect.stringContaining('operation-4'),
    });
  });

  it('does not take its own place in the queue for a later request: who is let in is woken first, and taken out then', async () => {
    await ready('own-place');
    const at = (holderId: string) => ({
      gate: 'tenant#own-place',
      holderId,
      executionArn: `arn:aws:states:us-east-1:111111111111:execution:tenantry-change-tier:${holderId}`,
      taskToken: holderId,
      enqueuedAt: '2026-11-22T10:00:00.000Z',
    });
    const woken: string[] = [];
    await arrive(table, at('operation-2'), 1, async () => {
      const { how } = await beginTierChange(table, asked('own-place', 'operation-2'), 'standard');
      woken.push(how);
      return 'woken';
    });
    expect(woken).toEqual(['moved']);
  });

  it('is for the owner, and for Tenantry itself', async () => {
    await ready('owned');
    const other = { ...asked('owned', 'operation-2'), owner: 'saas.other' };
    await expect(beginTierChange(table, other, 'standard')).rejects.toMatchObject({ name: 'TenantNotOwned' });
    const automatic = { ...asked('owned', 'operation-3'), owner: 'tenantry' };
    expect((await beginTierChange(table, automatic, 'standard')).how).toBe('moved');
    expect(await tenantOf('owned')).toMatchObject({ owner: 'saas.shop', operationId: 'operation-3' });
  });
});

describe('cutOver', () => {
  it('switches everything in one write, keeps what was left, and is the same twice', async () => {
    await moved('switched');
    await cutOver(table, { tenantId: 'switched', operationId: 'operation-2', to: second(2), keptUntil: 'later' });
    const tenant = await tenantOf('switched');
    expect(tenant).toMatchObject({ state: 'READY', generation: 2, tier: 'standard', namespace: 'tenant-x--2' });
    expect(tenant.virtualCluster).toEqual(virtual);
    expect(tenant.previous).toMatchObject({ generation: 1, tier: 'basic', namespace: 'tenant-x', keptUntil });
    expect(tenant).not.toHaveProperty('next');
  });

  it('is refused once another operation has taken over', async () => {
    await ready('overtaken');
    await beginTierChange(table, asked('overtaken', 'operation-2'), 'standard');
    await updateTenant(table, { tenantId: 'overtaken', operationId: 'operation-2' }, 'READY');
    await beginTierChange(table, asked('overtaken', 'operation-3'), 'standard');
    await expect(
      cutOver(table, { tenantId: 'overtaken', operationId: 'operation-2', to: second(2), keptUntil }),
    ).rejects.toMatchObject({ name: 'OperationSuperseded' });
  });
});

describe('beginReversal', () => {
  it('exchanges the two placements', async () => {
    await moved('back');
    const { from, to } = await beginReversal(table, asked('back', 'operation-3'));
    expect([from.generation, to.generation]).toEqual([2, 1]);
    await cutOver(table, { tenantId: 'back', operationId: 'operation-3', to, keptUntil: 'now' });
    const tenant = await tenantOf('back');
    expect(tenant).toMatchObject({ state: 'READY', generation: 1, tier: 'basic', previous: { generation: 2 } });
    expect(tenant).not.toHaveProperty('virtualCluster');
  });

  it('is refused where nothing is kept, without a trace', async () => {
    await moved('gone');
    await forgetPlacement(table, 'gone', 1);
    const before = await tenantOf('gone');
    await expect(beginReversal(table, asked('gone', 'operation-3'))).rejects.toMatchObject({
      name: 'NothingToReverse',
    });
    expect(await tenantOf('gone')).toEqual(before);
  });
});

describe('beginRetirement', () => {
  it('ends the time in which the cut-over can be taken back, before anything is released', async () => {
    await moved('retired');
    expect(await beginRetirement(table, 'retired', 1)).toMatchObject({ placement: { workspace: 'vcluster' } });
    const before = await tenantOf('retired');
    expect(before.previous).toMatchObject({ generation: 1, releasing: true });
    // The release may fail now, and whoever repairs it lets others into the gate.
    await expect(beginReversal(table, asked('retired', 'operation-3'))).rejects.toMatchObject({
      name: 'NothingToReverse',
    });
    expect(await tenantOf('retired')).toEqual(before);
    // A later change finds it, and finishes the release.
    const next = await beginTierChange(table, asked('retired', 'operation-4'), 'basic');
    expect(next.tenant.previous).toMatchObject({ generation: 1, releasing: true });
  });

  it('leaves alone what is not left any more: taken back, released, or of a tenant that is unknown', async () => {
    await moved('taken-back');
    const { to } = await beginReversal(table, asked('taken-back', 'operation-3'));
    await cutOver(table, { tenantId: 'taken-back', operationId: 'operation-3', to, keptUntil: 'now' });
    const before = await tenantOf('taken-back');
    expect(await beginRetirement(table, 'taken-back', 1)).toBeUndefined();
    expect(await tenantOf('taken-back')).toEqual(before);
    expect(await beginRetirement(table, 'nobody', 1)).toBeUndefined();
    expect(await getTenant(table, 'nobody')).toBeUndefined();
  });
});

it('forgets the placement that is named, and no other', async () => {
  await moved('forgotten');
  await forgetPlacement(table, 'forgotten', 2);
  expect((await tenantOf('forgotten')).previous?.generation).toBe(1);
  await forgetPlacement(table, 'forgotten', 1);
  expect(await tenantOf('forgotten')).not.toHaveProperty('previous');
});
