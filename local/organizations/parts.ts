import { AwsError } from '../kernel/errors.ts';
import type { Cloud } from '../kernel/service.ts';
import { quotaValue } from '../servicequotas/quota-store.ts';
import { ACCOUNTS_QUOTA, setAccountLimit } from './account-limit.ts';
import { type OrganizationsDatabase, organizationsDatabase } from './database.ts';
import { createInjected, type Injected } from './injected.ts';
import { DEFAULT_SETTINGS, type OrganizationsOptions, type SecondsRange, type Settings } from './options.ts';
import { seededRandom } from './random.ts';
import { setReadiness } from './readiness.ts';
import type { NodeRecord, OrganizationRecord, PolicyRecord } from './records.ts';
import { createThrottle, type Throttle } from './throttle.ts';

/** What the operations of Organizations work with. */
export interface OrganizationsParts {
  readonly cloud: Cloud;
  readonly database: OrganizationsDatabase;
  readonly settings: Settings;
  readonly throttle: Throttle;
  readonly injected: Injected;
  /** In [0, 1), the same in every run with the same seed. */
  readonly random: () => number;
  /** The limit of accounts that is in force, by the management account's quota. */
  accountLimit(organization: OrganizationRecord): number;
  /** Milliseconds, evenly spread over the range. */
  delay(range: SecondsRange): number;
  /** Stores a node; lists and policy evaluation see the change later. */
  save(node: NodeRecord): void;
  /** The same for a policy. */
  savePolicy(policy: PolicyRecord): void;
  /** Deletes a policy; it stays in force where its detachment is not seen yet. */
  deletePolicy(policy: PolicyRecord): void;
  /**
   * Does `work` once the time of a change has passed. Throws ConcurrentModificationException when another change of
   * the same target is under way.
   */
  modify<T>(target: string, work: () => T): Promise<T>;
}

/** The parts of one running service. */
export function createParts(cloud: Cloud, options: OrganizationsOptions): OrganizationsParts {
  const settings: Settings = { ...DEFAULT_SETTINGS, ...options };
  const database = organizationsDatabase(cloud);
  const injected = createInjected();
  setAccountLimit(cloud.store, () => {
    const limit = injected.accountLimit();
    return { value: limit ?? settings.accountLimit, fixed: limit !== undefined };
  });
  setReadiness(cloud.store, settings.readinessSeconds);
  const random = seededRandom(settings.seed);
  const consistencyDelay = settings.consistencyDelaySeconds * 1000;
  const beingModified = new Set<string>();
  return {
    cloud,
    database,
    settings,
    injected,
    random,
    throttle: settings.throttling ? createThrottle(cloud.clock) : { admit: () => undefined },
    accountLimit: ({ managementAccountId }) => quotaValue(cloud, managementAccountId, 'us-east-1', ACCOUNTS_QUOTA),
    delay: ({ min, max }) => Math.round((min + random() * (max - min)) * 1000),
    save: (node) => database.putNode(node, consistencyDelay),
    savePolicy: (policy) => database.policies.put(`${policy.organizationId}/${policy.id}`, policy, consistencyDelay),
    deletePolicy: (policy) => database.policies.delete(`${policy.organizationId}/${policy.id}`, consistencyDelay),
    async modify(target, work) {
      if (beingModified.has(target)) {
        throw new AwsError(
          'ConcurrentModificationException',
          "AWS Organizations can't complete your request because it conflicts with another attempt to modify the same entity. Try again later.",
        );
      }
      beingModified.add(target);
      try {
        if (settings.modificationMilliseconds > 0) await cloud.clock.sleep(settings.modificationMilliseconds);
        return work();
      } finally {
        beingModified.delete(target);
      }
    },
  };
}
