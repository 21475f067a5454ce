import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { STSClient } from '@aws-sdk/client-sts';
import { tenantSession } from '../../runtime/tenant-session.ts';
import type { TenantAws } from './aws-case.ts';

/** Regions that every account has without asking, for the case of a region outside the allowed ones. */
const EVERYWHERE = [
  'us-west-2',
  'us-east-2',
  'eu-central-1',
  'ap-northeast-1',
  'sa-east-1',
  'ca-central-1',
  'us-west-1',
];

/** A region that is not among the allowed ones. Throws an Error when all that could be tried are. */
export function forbiddenRegion(allowed: readonly string[]): string {
  const found = EVERYWHERE.find((region) => !allowed.includes(region));
  if (!found) throw new Error(`accounts.regions allows every region that the isolation proof could try: ${allowed}`);
  return found;
}

/**
 * AWS with a new session of the tenant's role: one that is kept would be of a role that may have been made anew since.
 * @throws NotYetConsistent while STS refuses the role: one that was just made is not known everywhere.
 */
export async function tenantAws(
  sts: Pick<STSClient, 'send'>,
  tenantId: string,
  roleArn: string,
  elsewhere: string,
): Promise<TenantAws> {
  const credentials = await tenantSession(sts, tenantId, roleArn);
  return {
    sts: new STSClient({ credentials }),
    iam: new IAMClient({ credentials }),
    // Its one endpoint is in us-east-1.
    organizations: new OrganizationsClient({ credentials, region: 'us-east-1' }),
    cloudformation: new CloudFormationClient({ credentials }),
    elsewhere: new DynamoDBClient({ credentials, region: elsewhere }),
  };
}
