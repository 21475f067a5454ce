import { AwsError } from '../kernel/errors.ts';
import type { Cloud, Operation, OperationInput } from '../kernel/service.ts';
import { accountAccess, accountOf, invalid, requiredText } from './input.ts';
import { REGIONS, regionChanges, regionStatus } from './regions.ts';

/** At a time, in one account. https://docs.aws.amazon.com/accounts/latest/reference/quotas.html */
const MOST_CHANGING = 6;

/** Switching regions on and off, which takes minutes. https://docs.aws.amazon.com/accounts/latest/reference/API_EnableRegion.html */
export function regionOperations(cloud: Cloud, changeTime: () => number): Record<string, Operation> {
  const changes = regionChanges(cloud);
  const post = (name: string, handle: Operation['handle']): Operation => ({
    http: { method: 'POST', uri: `/${name.charAt(0).toLowerCase()}${name.slice(1)}` },
    authorize: (input, context) => accountAccess(cloud, name, input, context),
    handle,
  });

  function change(accountId: string, region: string, enabled: boolean): void {
    const status = regionStatus(cloud, accountId, region);
    if (status === 'ENABLED_BY_DEFAULT') {
      throw invalid(`The Region ${region} is enabled by default and cannot be ${enabled ? 'enabled' : 'disabled'}.`);
    }
    if (status === (enabled ? 'DISABLING' : 'ENABLING')) {
      throw new AwsError(
        'ConflictException',
        `The request could not be processed because the Region ${region} is ${status.toLowerCase()}.`,
        { status: 409 },
      );
    }
    if (status === (enabled ? 'ENABLED' : 'DISABLED') || status === (enabled ? 'ENABLING' : 'DISABLING')) return;
    const now = cloud.clock.now();
    const changing = changes.entries(`${accountId}/`).filter(([, { doneAt }]) => doneAt > now);
    if (changing.length >= MOST_CHANGING) {
      throw new AwsError(
        'TooManyRequestsException',
        `An account can have ${MOST_CHANGING} Region opt-in requests in progress at a time.`,
        { status: 429 },
      );
    }
    changes.put(`${accountId}/${region}`, { enabled, doneAt: now + changeTime() });
  }

  return {
    EnableRegion: post('EnableRegion', (input, context) => {
      change(accountOf(cloud, input, context), regionOf(input), true);
      return {};
    }),
    DisableRegion: post('DisableRegion', (input, context) => {
      change(accountOf(cloud, input, context), regionOf(input), false);
      return {};
    }),
    GetRegionOptStatus: post('GetRegionOptStatus', (input, context) => {
      const RegionName = regionOf(input);
      return { RegionName, RegionOptStatus: regionStatus(cloud, accountOf(cloud, input, context), RegionName) };
    }),
    ListRegions: post('ListRegions', (input, context) => {
      const accountId = accountOf(cloud, input, context);
      const wanted: unknown[] = input.RegionOptStatusContains ?? [];
      const all = REGIONS.map((RegionName) => ({
        RegionName,
        RegionOptStatus: regionStatus(cloud, accountId, RegionName),
      })).filter(({ RegionOptStatus }) => wanted.length === 0 || wanted.includes(RegionOptStatus));
      const size = Math.min(50, Number(input.MaxResults ?? 50));
      const start = Number(input.NextToken ?? 0);
      if (!Number.isInteger(start) || !(size > 0)) throw invalid('NextToken or MaxResults is not valid.');
      const end = start + size;
      return { Regions: all.slice(start, end), ...(end < all.length && { NextToken: String(end) }) };
    }),
  };
}

function regionOf(input: OperationInput): string {
  const region = requiredText(input, 'RegionName', { max: 50 });
  if (!REGIONS.includes(region)) throw invalid(`The Region ${region} is not valid.`, 'invalidRegionOptTarget');
  return region;
}
