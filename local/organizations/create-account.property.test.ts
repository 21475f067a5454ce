import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outcome, testOrganization } from './test-cloud.ts';

const request = (name: string, more: object = {}) => ({ AccountName: name, Email: `${name}@example.com`, ...more });

test('in any interleaving: five in progress at most, one account for an address, none beyond the limit', async () => {
  const step = fc.record({ name: fc.constantFrom('p', 'q', 'r', 's', 't', 'u', 'v', 'w'), wait: fc.nat(120) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.nat(1_000), async (steps, seed) => {
      const { cloud, call } = await testOrganization({ seed, accountLimit: 6 });
      for (const { name, wait } of steps) {
        await outcome(call('CreateAccount', request(name, { AccountName: `${name}${wait}` })));
        const { CreateAccountStatuses } = await call('ListCreateAccountStatus', { States: ['IN_PROGRESS'] });
        expect(CreateAccountStatuses.length).toBeLessThanOrEqual(5);
        await cloud.clock.sleep(wait * 1_000);
      }
      await cloud.clock.sleep(400_000);
      const { Accounts } = await call('ListAccounts');
      const emails = Accounts.map(({ Email }: { Email: string }) => Email);
      expect(new Set(emails).size).toBe(emails.length);
      expect(emails.length).toBeLessThanOrEqual(6);
      await cloud.stop();
    }),
    { numRuns: 25 },
  );
});

test('of any who move accounts at the same time, each move has one winner and no account is lost', async () => {
  const contest = fc.record({ account: fc.nat(2), from: fc.nat(3), to: fc.nat(3), wait: fc.constantFrom(0, 10, 50) });
  await fc.assert(
    fc.asyncProperty(fc.array(contest, { maxLength: 40 }), async (contests) => {
      const { cloud, call, rootId, account } = await testOrganization();
      const places = [rootId];
      for (const Name of ['pool', 'tenants', 'quarantine']) {
        places.push((await call('CreateOrganizationalUnit', { ParentId: rootId, Name })).OrganizationalUnit.Id);
      }
      const accounts = [await account('a'), await account('b'), await account('c')];
      const moves: Promise<[account: number, from: number, to: number, result: string]>[] = [];
      for (const { account: index, from, to, wait } of contests) {
        const input = { AccountId: accounts[index], SourceParentId: places[from], DestinationParentId: places[to] };
        moves.push(outcome(call('MoveAccount', input)).then((result) => [index, from, to, result]));
        if (wait > 0) await cloud.clock.sleep(wait);
      }
      const where = [0, 0, 0];
      for (const [index, from, to, result] of await Promise.all(moves)) {
        if (result !== 'ok') continue;
        expect(where[index]).toBe(from);
        where[index] = to;
      }
      for (const [index, id] of accounts.entries()) {
        const { Parents } = await call('ListParents', { ChildId: id });
        expect(Parents[0].Id).toBe(places[where[index] ?? 0]);
      }
      await cloud.stop();
    }),
    { numRuns: 25 },
  );
});
