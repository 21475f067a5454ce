import { EnableRegionCommand, GetRegionOptStatusCommand } from '@aws-sdk/client-account';
import { type Check, isNotYet } from './check.ts';

/**
 * A region that tenants may use, switched on; regions opened since March 2019 are off in new accounts, and six at most change at a time.
 * https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
 */
export function regionCheck(RegionName: string): Check {
  return {
    name: `region/${RegionName}`,
    async run({ clients }) {
      try {
        const { RegionOptStatus } = await clients.account.send(new GetRegionOptStatusCommand({ RegionName }));
        if (RegionOptStatus === 'ENABLED' || RegionOptStatus === 'ENABLED_BY_DEFAULT') return undefined;
        if (RegionOptStatus === 'DISABLED') await clients.account.send(new EnableRegionCommand({ RegionName }));
        return `the region is ${RegionOptStatus}`;
      } catch (error) {
        // Too many change at once, or another visit has switched it on.
        const waits = error instanceof Error && ['TooManyRequestsException', 'ConflictException'].includes(error.name);
        if (waits || isNotYet(error)) return error instanceof Error ? `${error.name}: ${error.message}` : 'not yet';
        throw error;
      }
    },
  };
}
