import { createHash } from 'node:crypto';
import type { Clock } from '../kernel/clock.ts';
import type { Store } from '../kernel/store.ts';
import { organizationsDatabase } from './database.ts';
import { DEFAULT_SETTINGS, type SecondsRange } from './options.ts';

const ranges = new WeakMap<Store, SecondsRange>();

/** Says after how many seconds the services of new accounts begin to answer; the organizations service says it when made. */
export function setReadiness(store: Store, range: SecondsRange): void {
  ranges.set(store, range);
}

/**
 * Whether a service ("ec2", "eks") already answers in an account. New accounts are told so before all services know them:
 * for some minutes those refuse with OptInRequired (EC2) or SubscriptionRequiredException. Accounts that
 * Organizations did not create are always ready. When is the same for the same account and service.
 * https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
 */
export function isReady(cloud: { store: Store; clock: Clock }, accountId: string, service: string): boolean {
  const born = organizationsDatabase(cloud).births.get(accountId);
  if (born === undefined) return true;
  const { min, max } = ranges.get(cloud.store) ?? DEFAULT_SETTINGS.readinessSeconds;
  const share = createHash('sha256').update(`${accountId}/${service}`).digest().readUInt32BE() / 2 ** 32;
  return cloud.clock.now() >= born + (min + share * (max - min)) * 1000;
}
