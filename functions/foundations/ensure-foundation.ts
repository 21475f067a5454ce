import { CreateStackCommand, DeleteStackCommand, type Stack, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { placement } from '../../events/placement.ts';
import { accountsConfig } from '../../tenancy/accounts/config.ts';
import { CatalogueError } from '../../tenancy/errors.ts';
import { foundationServiceRoleName, foundationStackName, platformRoleArn, tenantTags } from '../../tenancy/names.ts';
import { claimNetwork } from '../networks/claims.ts';
import { closeSecurityGroup } from '../networks/default-security-group.ts';
import { clusterZones } from '../networks/zones.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { config, findTier } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';
import { placedStepInput, step } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { accountClients } from './access.ts';
import {
  asInput,
  type FoundationRequest,
  foundationParameters,
  isUpToDate,
  type NetworkSource,
  type Parameters,
  stackParameters,
} from './parameters.ts';
import { platformAccountOf } from './platform-account.ts';
import { failureReason, findTenantStack, type Stacks, wasTriedBy } from './stack.ts';
import { foundationTemplateBody, foundationTemplateDigest } from './template.ts';

/** What a foundation gives to later steps. */
const foundation = z.object({
  roleArn: z.string(),
  network: z
    .object({
      cidr: z.string(),
      vpcId: z.string(),
      publicSubnetIds: z.array(z.string()),
      privateSubnetIds: z.array(z.string()),
    })
    .optional(),
  /** Where the tenant's own cluster goes, and the roles it works with. */
  site: z.object({ subnetIds: z.array(z.string()), clusterRoleArn: z.string(), nodeRoleArn: z.string() }).optional(),
});

export type Foundation = z.infer<typeof foundation>;

/**
 * Ensures the tenant's foundation stack in the account the tenant lives in, as the template and the parameters of today
 * describe it: its role (with permissions boundary and tag conditions), its budget, and its network if it has a cluster
 * of its own.
 * Throws `StillCreating` until it is complete, `StillDeleting` while an earlier one goes away, `StackFailed` with the
 * first failed resource's reason, `ResourceNotOwned` for somebody else's stack of that name, `NetworkPoolExhausted`.
 */
export async function ensureFoundation(
  stacks: Stacks,
  ledger: Ledger,
  request: FoundationRequest,
  network?: NetworkSource,
): Promise<Foundation> {
  const stackName = foundationStackName(request);
  const stack = await findTenantStack(stacks, stackName, request.tenantId);
  if (!stack) {
    // Intent for the block too: the release gives it back wherever the entry says that there may be one.
    await ledger.plan('foundation', stackName, { accountId: request.accountId, ...(network && { network: 'wanted' }) });
    await stacks.send(
      new CreateStackCommand(createInput(request, await foundationParameters(request, network, stack))),
    );
    throw new CatalogueError('StillCreating', `The stack ${stackName} is being created.`);
  }
  await expectSettled(stacks, stackName, stack);
  await expectUpToDate(stacks, request, stack, await foundationParameters(request, network, stack));
  const made = foundationOf(stack);
  const groupId = output(stack, 'DefaultSecurityGroupId');
  if (groupId && network) await network.close(groupId);
  await ledger.created('foundation', stackName, {
    accountId: request.accountId,
    stackId: stack.StackId ?? '',
    roleArn: made.roleArn,
    ...(made.network && { network: made.network.cidr, vpcId: made.network.vpcId }),
  });
  return made;
}

async function expectSettled(stacks: Stacks, stackName: string, stack: Stack): Promise<void> {
  const status = stack.StackStatus ?? 'unknown';
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE' || status === 'UPDATE_ROLLBACK_COMPLETE') return;
  if (status === 'DELETE_IN_PROGRESS')
    throw new CatalogueError('StillDeleting', `An earlier stack ${stackName} is being deleted.`);
  if (status.endsWith('_IN_PROGRESS'))
    throw new CatalogueError('StillCreating', `The stack ${stackName} is ${status}.`);
  const reason = await failureReason(stacks, stackName);
  // A stack that failed at its creation can only be deleted; the next onboarding makes a new one.
  if (status === 'ROLLBACK_COMPLETE' || status === 'CREATE_FAILED')
    await stacks.send(new DeleteStackCommand({ StackName: stackName }));
  throw new CatalogueError('StackFailed', `The stack ${stackName} is ${status}: ${reason}`);
}

async function expectUpToDate(
  stacks: Stacks,
  request: FoundationRequest,
  stack: Stack,
  parameters: Parameters,
): Promise<void> {
  if (isUpToDate(stack, parameters) && hasTags(stack, request)) return;
  const input = updateInput(request, parameters);
  if (stack.StackStatus === 'UPDATE_ROLLBACK_COMPLETE' && (await wasTriedBy(stacks, input)))
    throw new CatalogueError(
      'StackFailed',
      `The update of the stack ${input.StackName} was rolled back: ${await failureReason(stacks, input.StackName)}`,
    );
  try {
    await stacks.send(new UpdateStackCommand(input));
  } catch (error) {
    // CloudFormation has no error of its own for it. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html
    if (error instanceof Error && /No updates are to be performed/.test(error.message)) return;
    throw error;
  }
  throw new CatalogueError('StillCreating', `The stack ${input.StackName} is being updated.`);
}

/** Those of the tier too: costs are told apart by them. */
function hasTags(stack: Stack, { tenantId, tier }: FoundationRequest): boolean {
  const present = new Map((stack.Tags ?? []).map(({ Key = '', Value }) => [Key, Value]));
  return Object.entries(tenantTags(tenantId, tier)).every(([key, value]) => present.get(key) === value);
}

function output(stack: Stack, key: string): string | undefined {
  return stack.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
}

function foundationOf(stack: Stack): Foundation {
  const roleArn = output(stack, 'TenantRoleArn');
  if (!roleArn) throw new CatalogueError('StackFailed', `The stack ${stack.StackName} has no output TenantRoleArn.`);
  const vpcId = output(stack, 'VpcId');
  if (!vpcId) return { roleArn };
  const subnets = (key: string) => output(stack, key)?.split(',') ?? [];
  const network = {
    cidr: stackParameters(stack)['VpcCidr'] ?? '',
    vpcId,
    publicSubnetIds: subnets('PublicSubnetIds'),
    privateSubnetIds: subnets('PrivateSubnetIds'),
  };
  const site = {
    // Control planes and nodes have no public addresses; load balancers find the public subnets by their tags.
    subnetIds: network.privateSubnetIds,
    clusterRoleArn: output(stack, 'ClusterRoleArn') ?? '',
    nodeRoleArn: output(stack, 'NodeRoleArn') ?? '',
  };
  return { roleArn, network, site };
}

function createInput(request: FoundationRequest, parameters: Parameters) {
  // The same operation asks for the same stack once. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
  return {
    ...stackInput(request, parameters),
    ClientRequestToken: requestToken(request.operationId),
    OnFailure: 'ROLLBACK' as const,
  };
}

function updateInput(request: FoundationRequest, parameters: Parameters) {
  const { operationId, attempt } = request;
  return { ...stackInput(request, parameters), ClientRequestToken: requestToken('update', operationId, attempt) };
}

/**
 * At most 128 letters, digits and hyphens; ids of events, at most 64 characters, may have underscores.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html
 */
function requestToken(...parts: readonly (string | undefined)[]): string {
  return parts.filter(Boolean).join('-').replaceAll('_', '-');
}

function stackInput(request: FoundationRequest, parameters: Parameters) {
  return {
    StackName: foundationStackName(request),
    TemplateBody: request.templateBody,
    RoleARN: request.serviceRoleArn,
    Capabilities: ['CAPABILITY_NAMED_IAM' as const],
    Parameters: asInput(parameters),
    Tags: Object.entries(tenantTags(request.tenantId, request.tier)).map(([Key, Value]) => ({ Key, Value })),
  };
}

/** Step of acquire-placement, and of adjust-placement, whose executions are attempts of one operation. */
export const handler = step({
  name: 'ensure-foundation',
  input: placedStepInput.extend({
    attempt: z
      .string()
      .regex(/^[a-zA-Z0-9]{1,32}$/)
      .optional(),
    tier: z.string(),
    placement,
    accountId: z.string().regex(/^\d{12}$/),
    contactEmail: z.string().optional(),
  }),
  output: foundation,
  run(input) {
    const platformAccountId = platformAccountOf(input.executionArn);
    const { stacks, ec2 } = accountClients(input.accountId, platformAccountId);
    const request: FoundationRequest = {
      ...input,
      platformAccountId,
      monthlyBudgetUsd: findTier(input.tier).monthlyBudgetUsd,
      templateBody: foundationTemplateBody,
      templateDigest: foundationTemplateDigest,
      serviceRoleArn:
        input.accountId === platformAccountId
          ? environment('FOUNDATION_SERVICE_ROLE_ARN')
          : platformRoleArn(input.accountId, foundationServiceRoleName),
    };
    const pool = config.accounts?.networks ?? accountsConfig.shape.networks.parse(undefined);
    const network: NetworkSource = {
      claim: () => claimNetwork(table(), pool, input),
      zones: () => clusterZones(ec2()),
      close: (groupId) => closeSecurityGroup(ec2(), groupId),
    };
    const ledger = createLedger(table(), input);
    return ensureFoundation(stacks, ledger, request, input.placement.workspace === 'cluster' ? network : undefined);
  },
});
