import type { Placement } from '../../events/placement.ts';
import { CLOSE_WINDOW_DAYS, closeBudget } from '../accounts/limits.ts';
import { ACCESS_ENTRIES_PER_CLUSTER, fleetOf } from './fleet.ts';
import type { Requirements } from './requirements.ts';

/** Accounts of an organization, at most. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
export const ACCOUNTS_PER_ORGANIZATION = 50_000;

/** A limit that a placement comes near to with its tenants. */
export interface Limit {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
  /** Whether AWS raises it on request. */
  readonly adjustable: boolean;
  /** What a larger number means: it cannot be built, or a quota is to be asked for first. */
  readonly beyond: 'excluded' | 'ask';
  readonly source: string;
}

const EKS = 'https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html';
const ORGANIZATIONS = 'https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html';
const IAM = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html';
const VPC = 'https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html';
const NLB = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html';

/** The limits that matter for a placement with the tenants of a year from now. */
export function limitsOf(placement: Placement, requirements: Requirements): Limit[] {
  return [...clusterLimits(placement, requirements), ...accountLimits(placement, requirements)];
}

function clusterLimits(placement: Placement, requirements: Requirements): Limit[] {
  const { clusters, regions, tenants } = fleetOf(placement, requirements, requirements.tenantsInAYear);
  const perRegion = Math.ceil(clusters / regions);
  const limits: Limit[] = [];
  // Clusters of tenants with accounts of their own are spread over those accounts: one each.
  if (placement.workspace !== 'cluster' || placement.account === 'pooled')
    limits.push({
      name: 'EKS clusters in a region of one account',
      used: perRegion,
      limit: requirements.clustersPerRegion,
      adjustable: true,
      beyond: 'excluded',
      source: EKS,
    });
  if (placement.workspace === 'cluster' && placement.account === 'pooled')
    limits.push({
      name: 'VPCs in a region of one account',
      used: perRegion,
      limit: 5,
      adjustable: true,
      beyond: 'ask',
      source: VPC,
    });
  if (placement.workspace === 'vcluster') {
    const used = Math.ceil(tenants / regions);
    const name = 'Network Load Balancers in a region of one account';
    limits.push({ name, used, limit: 50, adjustable: true, beyond: 'ask', source: NLB });
  } else
    limits.push({
      name: 'access entries of a cluster for one tenant',
      used: requirements.identitiesPerTenant,
      limit: ACCESS_ENTRIES_PER_CLUSTER,
      adjustable: false,
      beyond: 'excluded',
      source: EKS,
    });
  return limits;
}

function accountLimits({ account }: Placement, requirements: Requirements): Limit[] {
  const { tenantsInAYear, tenantsLeavingPerMonth, accountLimit } = requirements;
  if (account === 'pooled')
    return [
      {
        name: 'IAM roles of one account',
        used: tenantsInAYear,
        limit: 1_000,
        adjustable: true,
        beyond: 'ask',
        source: IAM,
      },
    ];
  return [
    {
      name: 'accounts of the organization',
      used: tenantsInAYear,
      limit: accountLimit ?? ACCOUNTS_PER_ORGANIZATION,
      adjustable: (accountLimit ?? ACCOUNTS_PER_ORGANIZATION) < ACCOUNTS_PER_ORGANIZATION,
      beyond: 'excluded',
      source: ORGANIZATIONS,
    },
    {
      name: `accounts closed in ${CLOSE_WINDOW_DAYS} days`,
      used: tenantsLeavingPerMonth,
      limit: closeBudget(tenantsInAYear),
      adjustable: false,
      beyond: 'excluded',
      source: ORGANIZATIONS,
    },
  ];
}
