import { accountOfAccessKey } from '../iam/identifiers.ts';
import { optionalInteger, requiredText } from '../iam/input.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Caller, Cloud, Service } from '../kernel/service.ts';
import { assumeRole } from './assume-role.ts';
import { credentialsView } from './credentials-view.ts';

/** AWS STS. https://docs.aws.amazon.com/STS/latest/APIReference/ */
export function stsService(cloud: Cloud): Service {
  return {
    name: 'sts',
    protocol: { kind: 'query', version: '2011-06-15', namespace: 'https://sts.amazonaws.com/doc/2011-06-15/' },
    operations: {
      AssumeRole: {
        // Decided in the handler: it takes the role's trust policy, and a role that does not exist is refused alike.
        authorize: () => [],
        handle: (input, context) => assumeRole(cloud, input, context),
      },
      GetCallerIdentity: {
        // No permission is needed, not even an explicit deny refuses it.
        authorize: () => [],
        handle: (_input, { caller }) => ({ UserId: caller.userId, Account: caller.accountId, Arn: caller.arn }),
      },
      GetSessionToken: {
        authorize: () => [],
        handle: (input, { caller }) => ({ Credentials: sessionToken(cloud, caller, input) }),
      },
      GetAccessKeyInfo: {
        handle(input) {
          const id = requiredText(input, 'AccessKeyId', { min: 16, max: 128, pattern: /^[\w]*$/ });
          const account = accountOfAccessKey(id) ?? (/^\d{12}$/.test(id) ? id : undefined);
          if (account === undefined) throw new AwsError('ValidationError', `Invalid Access Key ID: ${id}`);
          return { Account: account };
        },
      },
    },
  };
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
function sessionToken(cloud: Cloud, caller: Caller, input: unknown) {
  if (caller.kind === 'role') {
    throw new AwsError('AccessDenied', 'Cannot call GetSessionToken with session credentials', { status: 403 });
  }
  const asked = optionalInteger(input, 'DurationSeconds', { min: 900, max: 129_600 }) ?? 43_200;
  // The credentials of an account itself last an hour at most, whatever was asked for.
  const duration = caller.kind === 'administrator' ? Math.min(asked, 3_600) : asked;
  return credentialsView(cloud.identity.credentials(caller, duration));
}
