import type { Clock } from '../kernel/clock.ts';
import type { Collection, Store } from '../kernel/store.ts';

/** Regions that every account has. https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html */
const DEFAULT_REGIONS = [
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
];

/** Regions that an account has to opt in to. */
const OPT_IN_REGIONS = [
  'af-south-1',
  'ap-east-1',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'mx-central-1',
];

/** All regions of the partition, by name. */
export const REGIONS: readonly string[] = [...DEFAULT_REGIONS, ...OPT_IN_REGIONS].sort();

export type RegionStatus = 'ENABLED_BY_DEFAULT' | 'ENABLED' | 'ENABLING' | 'DISABLING' | 'DISABLED';

/** The last change of an account's region: what it becomes and when that is done (milliseconds). */
export interface RegionChange {
  readonly enabled: boolean;
  readonly doneAt: number;
}

/** Changes by `ACCOUNT/region`. */
export function regionChanges({ store }: { store: Store }): Collection<RegionChange> {
  return store.collection('account.regions');
}

/** Whether the region can be switched on and off. */
export function isOptIn(region: string): boolean {
  return OPT_IN_REGIONS.includes(region);
}

/** What a region is to an account. https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html */
export function regionStatus(world: { store: Store; clock: Clock }, accountId: string, region: string): RegionStatus {
  if (!isOptIn(region)) return 'ENABLED_BY_DEFAULT';
  const change = regionChanges(world).get(`${accountId}/${region}`);
  if (!change) return 'DISABLED';
  const done = world.clock.now() >= change.doneAt;
  if (change.enabled) return done ? 'ENABLED' : 'ENABLING';
  return done ? 'DISABLED' : 'DISABLING';
}

/** Whether an account can use a region. */
export function isUsable(status: RegionStatus): boolean {
  return status === 'ENABLED' || status === 'ENABLED_BY_DEFAULT';
}
