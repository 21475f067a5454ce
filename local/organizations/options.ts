/** How the simulated AWS Organizations behaves; times on the cloud's clock. */
export interface OrganizationsOptions {
  /** The account limit of an organization. Default 10, as AWS has it; AWS raises it to 50,000 at most. */
  accountLimit?: number;
  /** How long a creation takes, in seconds, evenly spread. Default 60 to 240. */
  creationSeconds?: SecondsRange;
  /** How long a closure takes. Default 30 to 120. */
  closureSeconds?: SecondsRange;
  /** How long a new organization is being initialized: accounts cannot be created. AWS says up to an hour. Default 60. */
  finalizingSeconds?: number;
  /** After how many seconds lists and policy evaluation see a change. Default 2; 0 makes everything consistent at once. */
  consistencyDelaySeconds?: number;
  /** How long a change works; another one of the same target meanwhile fails with ConcurrentModificationException. Default 25. */
  modificationMilliseconds?: number;
  /** Between which times after its creation the services of a new account begin to answer. Default 60 to 240. */
  readinessSeconds?: SecondsRange;
  /** Share of CreateAccountResult and CloseAccountResult events that never arrive (0 to 1). Default 0.05: delivery is best effort. */
  lostEvents?: number;
  /** Seed of delays and losses. Default 1. */
  seed?: number;
  /** Whether token buckets throttle. Default true. */
  throttling?: boolean;
  /** Whether accounts still carry the retired member `Status` beside `State`. Default true. */
  accountStatus?: boolean;
  /**
   * Whether members have what AWS asks of a standalone account (a phone, a way to pay), which people enter by hand;
   * without it no account can leave. Default false.
   */
  standaloneMembers?: boolean;
  /**
   * Starts with an organization: all features, service control policies enabled, initialized. `true`: the cloud's own
   * account is the management account and alone. Default false.
   */
  organization?: boolean | InitialOrganization;
}

/** The organization that the cloud starts with, by account ids of twelve digits. */
export interface InitialOrganization {
  readonly managementAccountId: string;
  /** In the root, as accounts that were invited: the management account has no role in them. */
  readonly members: readonly string[];
}

export interface SecondsRange {
  readonly min: number;
  readonly max: number;
}

export type Settings = Required<OrganizationsOptions>;

/** AWS's behaviour as far as it is known. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
export const DEFAULT_SETTINGS: Settings = {
  accountLimit: 10,
  creationSeconds: { min: 60, max: 240 },
  closureSeconds: { min: 30, max: 120 },
  finalizingSeconds: 60,
  consistencyDelaySeconds: 2,
  modificationMilliseconds: 25,
  readinessSeconds: { min: 60, max: 240 },
  lostEvents: 0.05,
  seed: 1,
  throttling: true,
  accountStatus: true,
  standaloneMembers: false,
  organization: false,
};
