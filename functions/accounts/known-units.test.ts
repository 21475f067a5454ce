import { ListRootsCommand } from '@aws-sdk/client-organizations';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalOrganization, localOrganization } from '../testing/local-organization.ts';
import { readKnownUnits, writeKnownUnits } from './known-units.ts';
import { moveAccount, type OrganizationClients, sharedClients, unitId } from './organization.ts';

let organization: LocalOrganization;
beforeEach(async () => {
  organization = await localOrganization({ organizations: { throttling: false } });
});
afterEach(() => organization.close());

/** Clients of a new sandbox, and how often it asked for the roots. */
function sandbox() {
  const asked = { roots: 0 };
  const { clients, table, local, now } = organization;
  const reader = {
    send: async (command: never) => {
      if ((command as object) instanceof ListRootsCommand) asked.roots++;
      return clients.reader.send(command);
    },
  } as OrganizationClients['reader'];
  const sleep = (milliseconds: number) => local.cloud.clock.sleep(milliseconds);
  return { asked, clients: sharedClients(table, { ...clients, reader }, { now, sleep }) };
}

describe('ids of units', () => {
  it('are found once for all sandboxes', async () => {
    const [first, second] = [sandbox(), sandbox()];
    const pool = await unitId(first.clients.reader, 'pool');
    await unitId(first.clients.reader, 'tenants');
    expect(await unitId(second.clients.reader, 'pool')).toBe(pool);
    expect([first.asked.roots, second.asked.roots]).toEqual([1, 0]);
  });

  it('are looked for again when a unit that was missing is asked for', async () => {
    const root = await unitId(sandbox().clients.reader, 'root');
    await writeKnownUnits(organization.table, { root });
    const next = sandbox();
    await expect(unitId(next.clients.reader, 'pool')).rejects.toMatchObject({ name: 'AwsRejected' });
    expect(await unitId(next.clients.reader, 'pool')).toMatch(/^ou-/);
  });

  it('are forgotten when AWS does not know one of them', async () => {
    const { clients } = sandbox();
    const root = await unitId(clients.reader, 'root');
    const gone = { root, pool: 'ou-gone-00000000', tenants: 'ou-gone-00000001' };
    await writeKnownUnits(organization.table, gone);
    const next = sandbox();
    await expect(moveAccount(next.clients, '999999999999', 'root', 'pool')).rejects.toMatchObject({
      name: 'DestinationParentNotFoundException',
    });
    expect(await readKnownUnits(organization.table)).toBeUndefined();
    expect(await unitId(next.clients.reader, 'pool')).not.toBe(gone.pool);
  });
});
