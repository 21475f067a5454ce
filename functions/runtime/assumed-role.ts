import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';

export interface AssumedRole {
  roleArn: string;
  externalId?: string;
  /** Shown in CloudTrail. */
  sessionName: string;
  /** Whose credentials assume it; default: the function's own. */
  source?: AwsCredentialIdentityProvider;
}

/** How long before their end credentials are replaced. */
const MARGIN_MILLISECONDS = 5 * 60_000;

const cache = new Map<string, AwsCredentialIdentity>();

/**
 * Credentials of a role, assumed when they are first needed and again shortly before they end; a chained session lasts an
 * hour at most. Throws what STS throws.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
export function assumedRole(role: AssumedRole): AwsCredentialIdentityProvider {
  return async () => {
    const key = JSON.stringify([role.roleArn, role.externalId, role.sessionName]);
    const known = cache.get(key);
    if (known?.expiration && known.expiration.getTime() - Date.now() > MARGIN_MILLISECONDS) return known;
    const sts = new STSClient(role.source ? { credentials: role.source } : {});
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: role.roleArn,
        RoleSessionName: role.sessionName,
        DurationSeconds: 3600,
        ...(role.externalId && { ExternalId: role.externalId }),
      }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey) throw new Error(`AssumeRole of ${role.roleArn} returned no credentials.`);
    const credentials: AwsCredentialIdentity = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken && { sessionToken: SessionToken }),
      ...(Expiration && { expiration: Expiration }),
    };
    cache.set(key, credentials);
    return credentials;
  };
}
