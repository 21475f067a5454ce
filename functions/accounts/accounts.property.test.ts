import { afterEach, describe, expect, it } from 'vitest';
import { accountsView, operator, tenantLives } from '../testing/account-history.ts';
import { accountWorkflows } from '../testing/account-workflows.ts';
import { invocations } from '../testing/invocations.ts';
import { type LocalOrganization, localOrganization } from '../testing/local-organization.ts';
import { seededRandom } from '../testing/random.ts';

const TENANTS = 8;
const POOL = 2;
const MINUTE = 60_000;
const REASONS = [
  'INTERNAL_FAILURE',
  'CONCURRENT_ACCOUNT_MODIFICATION',
  'EMAIL_ALREADY_EXISTS',
  'ACCOUNT_LIMIT_EXCEEDED',
  'PENDING_BUSINESS_VALIDATION',
  'INVALID_ADDRESS',
];

let organization: LocalOrganization | undefined;
afterEach(async () => {
  await organization?.close();
  organization = undefined;
});

/** Everything that happens to the accounts of a few tenants in some hours, with that seed. */
async function history(seed: number) {
  const random = seededRandom(seed);
  organization = await localOrganization({ organizations: { seed, accountLimit: 200 } });
  const { clock } = organization.local.cloud;
  let misfortune = { lost: 0.04, killed: 0.03 };
  const { invoke, calls } = invocations(organization, random, () => misfortune);
  const world = { organization, random, invoke, stopped: 0.06, doubled: 0.15 };
  const workflows = accountWorkflows(world);
  const view = await accountsView(organization);
  const tenants = tenantLives(world, workflows);
  const { operate, settled, broken } = operator(world, workflows, view, POOL);
  const injected = REASONS.filter(() => random.chance(0.5));
  for (const reason of injected) await organization.inject({ kind: 'failed-creation', reason });
  if (random.chance(0.5)) await organization.inject({ kind: 'slow-creation', seconds: 1_800 });

  let living = true;
  const lives = Array.from({ length: TENANTS }, (_, index) => tenants.live(`tenant-${index}`));
  const all = Promise.all(lives).finally(() => {
    living = false;
  });
  // Awaited below; a failure before that must not count as unhandled.
  all.catch(() => undefined);
  while (living) {
    await operate();
    await clock.sleep((1 + random.below(4)) * MINUTE);
  }
  await all;
  misfortune = { lost: 0, killed: 0 };
  world.stopped = 0;
  // Until an operator's visit finds nothing to order and nothing on its way.
  for (let visit = 0; visit < 60; visit++) {
    await operate();
    if (await settled()) break;
    await clock.sleep(5 * MINUTE);
  }
  return { view, tenants, broken, calls, injected };
}

describe('accounts under random interleavings and faults', () => {
  it.each([1, 3, 5])(
    'never two for one tenant, none lost, none handed on, none unfenced (seed %i)',
    async (seed) => {
      const { view, tenants, broken, calls, injected } = await history(seed);
      const records = await view.records();
      expect(calls.killed, 'faults were met').toBeGreaterThan(0);
      expect(broken).toEqual([]);
      for (const [tenantId, accounts] of tenants.given) expect([...accounts], tenantId).toHaveLength(1);
      for (const [accountId, had] of tenants.hadBy) expect([...had], accountId).toHaveLength(1);
      // Every account has a record, and every record that says so an account.
      const ids = records.flatMap(({ accountId }) => accountId ?? []);
      const members = view.members().map(({ id }) => id);
      expect(members.sort()).toEqual(ids.sort());
      // No request was one too many: what failed was made to fail, and nothing whose answer was lost was asked for twice.
      const failed = view
        .requests()
        .filter(({ state }) => state === 'FAILED')
        .map(({ failureReason }) => failureReason);
      expect(injected).toEqual(expect.arrayContaining(failed));
      expect(view.requests()).toHaveLength(members.length + new Set(failed).size);
      // Who lives somewhere lives there alone, behind the fences of tenants.
      for (const [tenantId, accountId] of tenants.homes) {
        expect(records.find((record) => record.accountId === accountId)).toMatchObject({ state: 'CLAIMED', tenantId });
        expect(view.placeOf(accountId)).toBe('tenants');
      }
      const claims = records.filter(({ state }) => state === 'CLAIMED').map(({ tenantId }) => tenantId);
      expect(claims.sort()).toEqual([...tenants.homes.keys()].sort());
      const open = records.filter(({ state }) => ['PLANNED', 'REQUESTED', 'VENDED', 'CLEANING'].includes(state));
      expect(open).toEqual([]);
    },
    60_000,
  );
});
