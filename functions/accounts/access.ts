import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { accessRoleName, operatorRoleName, platformRoleArn, teardownRoleName } from '../../tenancy/names.ts';
import { assumedRole } from '../runtime/assumed-role.ts';
import { environment } from '../runtime/environment.ts';

/** The broker in the management account: CreateAccount, MoveAccount, CloseAccount, and the way into new accounts. */
export function brokerCredentials(): AwsCredentialIdentityProvider {
  return assumedRole({
    roleArn: environment('BROKER_ROLE_ARN'),
    externalId: environment('EXTERNAL_ID'),
    sessionName: 'tenantry',
  });
}

/** The role a new account is born with, through the broker: needed until the account has its baseline. */
export function accessCredentials(accountId: string): AwsCredentialIdentityProvider {
  return assumedRole({
    roleArn: `arn:aws:iam::${accountId}:role/${accessRoleName}`,
    sessionName: 'tenantry',
    source: brokerCredentials(),
  });
}

/** The role of everyday work in a vended account. */
export function operatorCredentials(accountId: string): AwsCredentialIdentityProvider {
  return assumedRole({
    roleArn: platformRoleArn(accountId, operatorRoleName),
    externalId: environment('EXTERNAL_ID'),
    sessionName: 'tenantry',
  });
}

/** The role that removes what a tenant left in its account. */
export function teardownCredentials(accountId: string): AwsCredentialIdentityProvider {
  return assumedRole({
    roleArn: platformRoleArn(accountId, teardownRoleName),
    externalId: environment('EXTERNAL_ID'),
    sessionName: 'tenantry',
  });
}
