import { DescribeAvailabilityZonesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { CatalogueError } from '../../tenancy/errors.ts';

/**
 * Zones in which EKS places no control plane, by id: names of zones differ from account to account.
 * https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
const WITHOUT_CONTROL_PLANES = new Set(['use1-az3', 'usw1-az2', 'cac1-az3']);

/** Names of the two or three zones of the region that a cluster's network covers. Throws `AwsRejected` where there are fewer. */
export async function clusterZones(ec2: Pick<EC2Client, 'send'>): Promise<string[]> {
  const { AvailabilityZones = [] } = await ec2.send(
    new DescribeAvailabilityZonesCommand({
      Filters: [
        { Name: 'state', Values: ['available'] },
        { Name: 'opt-in-status', Values: ['opt-in-not-required'] },
      ],
    }),
  );
  const names = AvailabilityZones.filter(({ ZoneId }) => !WITHOUT_CONTROL_PLANES.has(ZoneId ?? ''))
    .flatMap(({ ZoneName }) => ZoneName ?? [])
    .sort()
    .slice(0, 3);
  if (names.length >= 2) return names;
  throw new CatalogueError('AwsRejected', `A cluster needs two availability zones; the region offers: ${names}.`);
}
