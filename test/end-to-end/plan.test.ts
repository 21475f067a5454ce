import { beforeAll, describe, expect, it } from 'vitest';
import { tierChangePlan } from '../../tenancy/tier-changes/plan.ts';
import { connect } from './support/clients.ts';
import { tenantry } from './support/command-line.ts';
import { endpoint } from './support/endpoint.ts';
import { inventory } from './support/inventory.ts';
import { operatorKubeConfig } from './support/kubernetes.ts';
import { freshTenant } from './support/product.ts';

const run = (...args: string[]) => tenantry(endpoint, ...args);
const tenant = freshTenant('plan');

describe('tenantry plan', () => {
  beforeAll(async () => {
    expect((await run('create', tenant, '--tier', 'basic', '--wait')).stderr).toBe('');
  });

  it('looks with the rights of its function alone, and touches nothing', async () => {
    const clients = connect(endpoint);
    const operator = await operatorKubeConfig(clients);
    const ofTheTenant = async () => (await inventory(clients, operator)).filter((each) => each.includes(tenant));
    const before = await ofTheTenant();
    const { code, stdout } = await run('plan', tenant, '--tier', 'enterprise', '--json');
    const plan = tierChangePlan.parse(JSON.parse(stdout));
    expect({ code, obstacles: plan.obstacles }).toEqual({ code: 0, obstacles: [] });
    expect(plan.creates.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'account dedicated',
      `foundation tenantry-foundation-${tenant}--2`,
      `cluster tenantry-tenant-${tenant}--2`,
      `cluster-access tenantry-tenant-${tenant}--2`,
      `workspace tenant-${tenant}--2`,
    ]);
    expect(plan.price.difference).toBeGreaterThan(0);
    expect(await ofTheTenant()).toEqual(before);
  });

  it('tells people the same', async () => {
    const { code, stdout } = await run('plan', tenant, '--tier', 'standard');
    expect(code).toBe(0);
    expect(stdout).toContain(`${tenant}: basic (pooled+namespace) -> standard (pooled+vcluster)`);
    expect(stdout).toContain('Nothing is in the way. Nothing was touched.');
  });

  it('says what is wrong with the question', async () => {
    const { code, stderr } = await run('plan', tenant, '--tier', 'platinum');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('The configuration has no tier "platinum"'),
    });
  });
});
