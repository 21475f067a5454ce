import { isOptIn, isUsable, REGIONS, regionStatus } from '../account/regions.ts';
import type { Cloud, Operation } from '../kernel/service.ts';
import { invalidValue, isTrue, textList } from './input.ts';
import type { Network } from './network.ts';
import { ec2Operation } from './operation.ts';
import { zonesOf } from './zones.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html */
export function regionOperations(cloud: Cloud): Record<string, Operation> {
  return {
    DescribeRegions: ec2Operation(cloud, 'DescribeRegions', {
      handle(input, { scope }) {
        const names = textList(input, 'RegionNames');
        const unknown = names.find((name) => !REGIONS.includes(name));
        if (unknown !== undefined) throw invalidValue(`Invalid value '[${unknown}]' for regionNames.`);
        const regions = REGIONS.filter((name) => names.length === 0 || names.includes(name))
          .map((RegionName) => ({
            RegionName,
            Endpoint: `ec2.${RegionName}.amazonaws.com`,
            OptInStatus: optInStatus(cloud, scope.accountId, RegionName),
          }))
          .filter(({ OptInStatus }) => isTrue(input.AllRegions) || names.length > 0 || OptInStatus !== 'not-opted-in');
        const filter = (input.Filters ?? []).find(({ Name }: { Name: string }) => Name === 'opt-in-status');
        return {
          Regions: filter ? regions.filter(({ OptInStatus }) => filter.Values.includes(OptInStatus)) : regions,
        };
      },
    }),
    DescribeAvailabilityZones: ec2Operation(cloud, 'DescribeAvailabilityZones', {
      handle(input, { scope: { region } }) {
        const names = textList(input, 'ZoneNames');
        const ids = textList(input, 'ZoneIds');
        const zones = zonesOf(region);
        const unknown = names.find((asked) => !zones.some(({ name }) => name === asked));
        if (unknown !== undefined) throw invalidValue(`Invalid availability zone: [${unknown}]`);
        return {
          AvailabilityZones: zones
            .filter(
              ({ name, id }) => (names.length === 0 || names.includes(name)) && (ids.length === 0 || ids.includes(id)),
            )
            .map(({ name, id }) => ({
              ZoneName: name,
              ZoneId: id,
              ZoneType: 'availability-zone',
              State: 'available',
              RegionName: region,
              GroupName: `${region}-zg-1`,
              NetworkBorderGroup: region,
              OptInStatus: 'opt-in-not-required',
              Messages: [],
            })),
        };
      },
    }),
    DescribeAccountAttributes: ec2Operation(cloud, 'DescribeAccountAttributes', {
      handle(input, network) {
        const names = textList(input, 'AttributeNames');
        const attributes = Object.entries(accountAttributes(network)).filter(
          ([name]) => names.length === 0 || names.includes(name),
        );
        return {
          AccountAttributes: attributes.map(([AttributeName, value]) => ({
            AttributeName,
            AttributeValues: [{ AttributeValue: value }],
          })),
        };
      },
    }),
  };
}

function accountAttributes(network: Network): Record<string, string> {
  return {
    'supported-platforms': 'VPC',
    'default-vpc': network.list('vpc').find(({ isDefault }) => isDefault)?.id ?? 'none',
    'vpc-max-elastic-ips': String(network.quota('L-0263D0A3')),
  };
}

function optInStatus(cloud: Cloud, accountId: string, region: string): string {
  if (!isOptIn(region)) return 'opt-in-not-required';
  return isUsable(regionStatus(cloud, accountId, region)) ? 'opted-in' : 'not-opted-in';
}
