import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { CatalogueError } from '../../tenancy/errors.ts';
import { tenantExternalId } from '../../tenancy/names.ts';

/**
 * A new session of the tenant's role, to prove its fences with.
 * @throws NotYetConsistent while STS refuses the role: one that was just made is not known everywhere.
 */
export async function tenantSession(
  sts: Pick<STSClient, 'send'>,
  tenantId: string,
  roleArn: string,
): Promise<AwsCredentialIdentity> {
  try {
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: 'isolation-proof',
        ExternalId: tenantExternalId(tenantId),
        DurationSeconds: 900,
      }),
    );
    return {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      ...(Credentials?.SessionToken && { sessionToken: Credentials.SessionToken }),
    };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AccessDenied') throw error;
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
    throw new CatalogueError('NotYetConsistent', `AccessDenied: ${error.message}`, { cause: error });
  }
}
