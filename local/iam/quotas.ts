import { AwsError } from '../kernel/errors.ts';

/**
 * IAM's limits in each account; those that AWS raises on request can be raised here.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export interface IamQuotas {
  readonly rolesPerAccount: number;
  readonly usersPerAccount: number;
  readonly policiesPerAccount: number;
  readonly instanceProfilesPerAccount: number;
  /** Managed policies attached to one role or user. */
  readonly attachedPolicies: number;
  /** Characters without white space. */
  readonly trustPolicySize: number;
  readonly managedPolicySize: number;
  readonly inlinePoliciesSizeOfRole: number;
  readonly inlinePoliciesSizeOfUser: number;
  readonly versionsPerPolicy: number;
  readonly accessKeysPerUser: number;
  readonly tags: number;
}

export const DEFAULT_QUOTAS: IamQuotas = {
  rolesPerAccount: 1_000,
  usersPerAccount: 5_000,
  policiesPerAccount: 1_500,
  instanceProfilesPerAccount: 1_000,
  attachedPolicies: 10,
  trustPolicySize: 2_048,
  managedPolicySize: 6_144,
  inlinePoliciesSizeOfRole: 10_240,
  inlinePoliciesSizeOfUser: 2_048,
  versionsPerPolicy: 5,
  accessKeysPerUser: 2,
  tags: 50,
};

/** IAM does not count white space. */
export function policySize(text: string): number {
  return text.replace(/\s/g, '').length;
}

/** IAM's answer when a quota would be exceeded. */
export function quotaExceeded(name: string, limit: number): AwsError {
  return new AwsError('LimitExceeded', `Cannot exceed quota for ${name}: ${limit}`, { status: 409 });
}
