import type { OrganizationClients } from '../accounts/organization.ts';
import type { Table } from '../runtime/table.ts';
import type { LocalOrganization } from './local-organization.ts';
import type { Random } from './random.ts';

/** Thrown wherever an invocation is killed; nothing that it still tries has an effect. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** What a step is given in one invocation: its calls take random times, may be lost, and may be its last. */
export interface Invocation {
  readonly table: Table;
  readonly clients: OrganizationClients;
}

export interface Misfortune {
  /** Share of calls whose answers are lost after the effect; of CreateAccount, which cannot be repeated, eight times that. */
  readonly lost: number;
  /** Share of calls before or after which the invocation is killed; at CreateAccount, four times that. */
  readonly killed: number;
}

type Client = { send(command: never): Promise<never> };

/**
 * Makes invocations of steps on the organization. Each call waits for a random simulated time before and after its effect, so
 * that calls of invocations that run at the same time interleave in every way. A lost answer of AWS fails the call; one of the
 * table is asked for again, as the SDK does, so that conditional writes meet their own effect.
 */
export function invocations(organization: LocalOrganization, random: Random, misfortune: () => Misfortune) {
  const { clock } = organization.local.cloud;
  const calls = { made: 0, lost: 0, killed: 0 };

  async function send(client: Client, command: never): Promise<never> {
    // The SDK's own work takes no simulated time.
    const release = clock.hold('call of a test');
    try {
      return await client.send(command);
    } finally {
      release();
    }
  }

  function wrap<C>(client: C, life: { over: boolean }, repeats: boolean): C {
    const inner = client as unknown as Client;
    const share = {
      lost: () => misfortune().lost * (repeats ? 1 : 8),
      killed: () => misfortune().killed * (repeats ? 1 : 4),
    };
    const live = async () => {
      await clock.sleep(1 + random.below(400));
      if (!life.over && random.chance(share.killed())) {
        life.over = true;
        calls.killed++;
      }
      if (life.over) throw new Killed('The invocation was killed.');
    };
    return {
      async send(command: never) {
        await live();
        calls.made++;
        const answer = await send(inner, command);
        await live();
        if (!random.chance(share.lost())) return answer;
        calls.lost++;
        if (repeats) return send(inner, command);
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      },
    } as unknown as C;
  }

  /** One invocation of a step. Rejects with {@link Killed} when it does not live to its end. */
  function invoke<T>(step: (invocation: Invocation) => Promise<T>): Promise<T> {
    const life = { over: false };
    const { table, clients } = organization;
    return step({
      table: { name: table.name, client: wrap(table.client, life, true) },
      clients: {
        // Looks change nothing; one client of all invocations remembers the units, as a sandbox does.
        reader: clients.reader,
        broker: wrap(clients.broker, life, true),
        creator: wrap(clients.creator, life, false),
      },
    });
  }

  return { invoke, calls };
}
