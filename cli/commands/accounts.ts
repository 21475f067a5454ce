import { accountNameOf, getAccount, listAccounts } from '../../functions/accounts/account-store.ts';
import { readGate, waiters } from '../../functions/operations/gate-records.ts';
import { type Account, type AccountState, PROGRESSING_STATES } from '../../tenancy/accounts/account.ts';
import { type SharedGate, sharedGates } from '../../tenancy/gates.ts';
import type { Installation } from '../installation.ts';
import { duration, print, table } from '../output.ts';

/** All states, in the order of an account's life. */
const STATES: readonly AccountState[] = [
  ...PROGRESSING_STATES,
  'AVAILABLE',
  'CLAIMED',
  'CLEANING',
  'QUARANTINED',
  'REFUSED',
  'CLOSING',
  'CLOSED',
];

/** Waiters that are counted; behind more it says so. */
const MOST_WAITERS = 100;

/** Who is at one of the gates that guard AWS's limits. */
export interface GateView {
  gate: SharedGate;
  capacity: number;
  inside: string[];
  waiting: number;
  paused?: { reason: string; holderId: string; since: string };
}

/** What stands ready in the pool, and what is on its way there. */
interface PoolView {
  /** For anyone. */
  virgin: number;
  /** For the tenant that had it before, or for which it was made. */
  kept: number;
  progressing: number;
}

/** `tenantry accounts`: all accounts, the pool, the gates. */
export async function accounts(installation: Installation, json: boolean): Promise<void> {
  const [lists, gates] = await Promise.all([
    Promise.all(STATES.map((state) => listAccounts(installation.table, state))),
    gateViews(installation),
  ]);
  const all = lists.flat();
  const pool = poolOf(all);
  const now = nowOf(all);
  print(json, { accounts: all, pool, gates }, () =>
    [
      all.length === 0
        ? 'no accounts yet; a tenant of a tier with a dedicated account, or the pool, makes them'
        : table(
            ['account', 'id', 'state', 'tenant', 'age'],
            all.map((account) => row(account, now)),
          ),
      '',
      `pool: ${pool.virgin} ready for anyone, ${pool.kept} kept for their tenants, ${pool.progressing} on their way`,
      ...gates.map(gateLine),
    ].join('\n'),
  );
}

/** `tenantry accounts show <id or name>`: all that is known of one. */
export async function showAccount(installation: Installation, idOrName: string, json: boolean): Promise<void> {
  const account = await requireAccount(installation, idOrName);
  print(json, account, () => {
    const { resisting = [], ready = {}, ...rest } = account;
    return [
      table(
        ['', ''],
        Object.entries(rest).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
      ).trimStart(),
      ...(Object.keys(ready).length > 0 ? ['', 'Passed', table(['check', 'at'], Object.entries(ready))] : []),
      ...(resisting.length > 0 ? ['', 'Resists', ...resisting.map((text) => `  ${text}`)] : []),
    ].join('\n');
  });
}

/** The account of that id or name. Throws an Error that names the remedy when there is none. */
export async function requireAccount({ table }: Installation, idOrName: string): Promise<Account> {
  const name = /^\d{12}$/.test(idOrName) ? await accountNameOf(table, idOrName) : idOrName;
  const account = name === undefined ? undefined : await getAccount(table, name);
  if (account) return account;
  throw new Error(`No account "${idOrName}" was vended here. "tenantry accounts" shows all.`);
}

/** The shared gates as they are now. */
export function gateViews({ table }: Installation): Promise<GateView[]> {
  return Promise.all(
    (Object.keys(sharedGates) as SharedGate[]).map(async (gate) => {
      const [record, queue] = await Promise.all([readGate(table, gate), waiters(table, gate, MOST_WAITERS)]);
      return {
        gate,
        capacity: sharedGates[gate],
        inside: Object.keys(record?.holders ?? {}).sort(),
        waiting: queue.length,
        ...(record?.paused && { paused: record.paused }),
      };
    }),
  );
}

/** One line for a person. */
export function gateLine({ gate, capacity, inside, waiting, paused }: GateView): string {
  const queue = waiting < MOST_WAITERS ? String(waiting) : `${MOST_WAITERS} or more`;
  const why = paused
    ? `; PAUSED since ${paused.since}: ${paused.reason}. Put it right, then "tenantry accounts resume"`
    : '';
  return `gate ${gate}: ${inside.length} of ${capacity} inside, ${queue} waiting${why}`;
}

/** The time now, but not before what the records say: the clock of a local cloud may be far ahead of this one. */
export function nowOf(records: readonly Pick<Account, 'updatedAt'>[]): number {
  return Math.max(Date.now(), ...records.map(({ updatedAt }) => Date.parse(updatedAt)));
}

function poolOf(all: readonly Account[]): PoolView {
  const available = all.filter(({ state }) => state === 'AVAILABLE');
  const virgin = available.filter(({ previousTenant, reservedFor }) => !previousTenant && !reservedFor).length;
  return {
    virgin,
    kept: available.length - virgin,
    progressing: all.filter(({ state }) => PROGRESSING_STATES.includes(state)).length,
  };
}

function row(account: Account, now: number): (string | undefined)[] {
  const { accountName, accountId, state, tenantId, previousTenant, reservedFor, vendedAt, plannedAt } = account;
  const kept = previousTenant ?? reservedFor;
  const tenant = tenantId ?? (kept && `(${kept})`);
  return [accountName, accountId, state, tenant, age(now - Date.parse(vendedAt ?? plannedAt))];
}

function age(milliseconds: number): string {
  const hours = milliseconds / 3_600_000;
  if (hours < 1) return duration(Math.max(0, milliseconds));
  return hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} days`;
}
