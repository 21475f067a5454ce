import type { Parameter, Stack } from '@aws-sdk/client-cloudformation';
import { placementId, tenantExternalId, tenantRoleName } from '../../tenancy/names.ts';
import { subnetBits } from '../../tenancy/networks/blocks.ts';

/** What the stack of a foundation is made from. */
export interface FoundationRequest {
  tenantId: string;
  generation: number;
  tier: string;
  operationId: string;
  /** Which try of the operation it is, where it may try again an update that was rolled back. */
  attempt?: string | undefined;
  /** The account the tenant lives in. */
  accountId: string;
  /** The account of the workflows and the shared clusters. */
  platformAccountId: string;
  monthlyBudgetUsd: number;
  contactEmail?: string | undefined;
  /** The template itself, at most 51,200 bytes, and which one it is. */
  templateBody: string;
  templateDigest: string;
  /** Role CloudFormation works with: it may make tenant roles under the boundary and networks, and nothing else. */
  serviceRoleArn: string;
}

/** How a tenant with a cluster of its own gets its network. */
export interface NetworkSource {
  /** The tenant's block, the same one at every call. Throws `NetworkPoolExhausted`. */
  claim(): Promise<string>;
  /** Two or three zones for it. */
  zones(): Promise<readonly string[]>;
  /** Empties the security group. */
  close(securityGroupId: string): Promise<void>;
}

export type Parameters = Readonly<Record<string, string>>;

/** Parameters of the network, in the template's names; all of them stay as they were first chosen. */
const NETWORK_PARAMETERS = ['VpcCidr', 'Zone1', 'Zone2', 'Zone3', 'PrivateSubnetBits', 'PublicSubnetBits'];

/**
 * The parameters of the tenant's stack. Its network is chosen once: another block or other zones would replace the VPC
 * under a running cluster. One that is there stays until the foundation goes.
 */
export async function foundationParameters(
  request: FoundationRequest,
  network: NetworkSource | undefined,
  stack: Stack | undefined,
): Promise<Parameters> {
  return {
    TenantId: request.tenantId,
    PlacementId: placementId(request),
    RoleName: tenantRoleName(request),
    ExternalId: tenantExternalId(request.tenantId),
    PlatformAccountId: request.platformAccountId,
    MonthlyBudgetUsd: String(request.monthlyBudgetUsd),
    ContactEmail: request.contactEmail ?? '',
    TemplateDigest: request.templateDigest,
    ...(await networkParameters(network, stack)),
  };
}

async function networkParameters(network: NetworkSource | undefined, stack: Stack | undefined): Promise<Parameters> {
  const present = stackParameters(stack);
  if (present['VpcCidr']) return Object.fromEntries(NETWORK_PARAMETERS.map((name) => [name, present[name] ?? '']));
  if (!network) return {};
  const cidr = await network.claim();
  const [Zone1 = '', Zone2 = '', Zone3 = ''] = await network.zones();
  const { privateBits, publicBits } = subnetBits(cidr);
  return {
    VpcCidr: cidr,
    Zone1,
    Zone2,
    Zone3,
    PrivateSubnetBits: String(privateBits),
    PublicSubnetBits: String(publicBits),
  };
}

/** The values the stack has. */
export function stackParameters(stack: Stack | undefined): Parameters {
  return Object.fromEntries(
    (stack?.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '' }) => [ParameterKey, ParameterValue]),
  );
}

/** Whether the stack was made from these parameters; the template is one of them, by its digest. */
export function isUpToDate(stack: Stack, wanted: Parameters): boolean {
  const present = stackParameters(stack);
  return Object.entries(wanted).every(([name, value]) => present[name] === value);
}

/** As CloudFormation takes them. */
export function asInput(parameters: Parameters): Parameter[] {
  return Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
}
