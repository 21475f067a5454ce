import { DescribeCreateAccountStatusCommand, MoveAccountCommand } from '@aws-sdk/client-organizations';
import type { RatedCall } from '../../tenancy/accounts/limits.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import type { Table } from '../runtime/table.ts';
import type { OrganizationClients } from './organization.ts';
import { reserve } from './pace.ts';

type Client = OrganizationClients['reader'];

/** A turn that is further away is not waited for in the function: Retry comes back. Milliseconds. */
const LONGEST_WAIT = 8_000;

/** The time of the function and how it waits; given, so that a clock can be. */
export interface Waiting {
  readonly now: () => number;
  sleep(milliseconds: number): Promise<void>;
}

/**
 * The clients, keeping to the rates of MoveAccount and DescribeCreateAccountStatus: each call is given its turn from the schedule that all
 * functions share and is made at that time, at most some seconds later. Long queues wait in the workflows, by {@link reserve}; but between
 * the end of a Wait and the call lie a start of Lambda and other calls, and what was spaced comes in bunches. Here it is spaced at last.
 * Throws `AwsThrottled` when the turn is too far away.
 */
export function pacedClients(table: Table, clients: OrganizationClients, waiting: Waiting): OrganizationClients {
  return { ...clients, reader: paced(table, clients.reader, waiting), broker: paced(table, clients.broker, waiting) };
}

function paced(table: Table, client: Client, waiting: Waiting): Client {
  const send = client.send.bind(client) as (command: object) => Promise<unknown>;
  return {
    send: (async (command: object) => {
      const call = rateOf(command);
      if (call) await awaitTurn(table, call, waiting);
      return send(command);
    }) as Client['send'],
  };
}

function rateOf(command: object): RatedCall | undefined {
  if (command instanceof MoveAccountCommand) return 'MoveAccountNow';
  if (command instanceof DescribeCreateAccountStatusCommand) return 'DescribeCreateAccountStatus';
  return undefined;
}

async function awaitTurn(table: Table, call: RatedCall, { now, sleep }: Waiting): Promise<void> {
  const turn = await reserve(table, call, now());
  const wait = turn.getTime() - now();
  if (wait > LONGEST_WAIT)
    throw new CatalogueError('AwsThrottled', `The next ${call} is possible at ${turn.toISOString()}.`);
  if (wait > 0) await sleep(wait);
}
