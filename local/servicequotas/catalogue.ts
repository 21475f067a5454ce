/** A quota that the local cloud knows. */
export interface QuotaDefinition {
  readonly ServiceCode: string;
  readonly ServiceName: string;
  readonly QuotaCode: string;
  readonly QuotaName: string;
  /** AWS's default. */
  readonly Value: number;
  /** What accounts start with where that is less; AWS raises it with use or on request. */
  readonly fresh?: number;
  readonly Adjustable: boolean;
  readonly GlobalQuota: boolean;
}

const quota = (
  [ServiceCode, ServiceName]: readonly [string, string],
  QuotaCode: string,
  QuotaName: string,
  Value: number,
  more: { fresh?: number; Adjustable?: boolean; GlobalQuota?: boolean } = {},
): QuotaDefinition => ({
  ServiceCode,
  ServiceName,
  QuotaCode,
  QuotaName,
  Value,
  Adjustable: true,
  GlobalQuota: false,
  ...more,
});

const LAMBDA = ['lambda', 'AWS Lambda'] as const;
const EC2 = ['ec2', 'Amazon Elastic Compute Cloud (Amazon EC2)'] as const;
const VPC = ['vpc', 'Amazon Virtual Private Cloud (Amazon VPC)'] as const;
const EKS = ['eks', 'Amazon Elastic Kubernetes Service (Amazon EKS)'] as const;
const IAM = ['iam', 'AWS Identity and Access Management (IAM)'] as const;
const ORGANIZATIONS = ['organizations', 'AWS Organizations'] as const;

/** The quotas that matter to what runs here. https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html */
export const CATALOGUE: readonly QuotaDefinition[] = [
  quota(LAMBDA, 'L-B99A9384', 'Concurrent executions', 1_000, { fresh: 10 }),
  quota(EC2, 'L-1216C47A', 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', 5, { fresh: 1 }),
  quota(EC2, 'L-34B43A08', 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests', 5, { fresh: 1 }),
  quota(EC2, 'L-0263D0A3', 'EC2-VPC Elastic IPs', 5),
  quota(VPC, 'L-F678F1CE', 'VPCs per Region', 5),
  quota(VPC, 'L-A4707A72', 'Internet gateways per Region', 5),
  quota(VPC, 'L-407747CB', 'Subnets per VPC', 200),
  quota(VPC, 'L-589F43AA', 'Route tables per VPC', 200),
  quota(VPC, 'L-93826ACB', 'Routes per route table', 500),
  quota(VPC, 'L-E79EC296', 'VPC security groups per Region', 2_500),
  quota(VPC, 'L-0EA8095F', 'Inbound or outbound rules per security group', 60),
  quota(VPC, 'L-FE5A380F', 'NAT gateways per Availability Zone', 5),
  quota(VPC, 'L-1B52E74A', 'Gateway VPC endpoints per Region', 20),
  quota(VPC, 'L-29B6F2EB', 'Interface VPC endpoints per VPC', 50),
  quota(EKS, 'L-1194D53C', 'Clusters', 100),
  quota(EKS, 'L-6D54EA21', 'Managed node groups per cluster', 30),
  quota(IAM, 'L-FE177D64', 'Roles per account', 1_000, { GlobalQuota: true }),
  quota(ORGANIZATIONS, 'L-E619E033', 'Default maximum number of accounts', 10, { GlobalQuota: true }),
];

/** The definition of a quota. */
export function definitionOf(serviceCode: string, quotaCode: string): QuotaDefinition | undefined {
  return CATALOGUE.find(({ ServiceCode, QuotaCode }) => ServiceCode === serviceCode && QuotaCode === quotaCode);
}
