import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { CatalogueError } from '../../tenancy/errors.ts';
import { foundationStackName, tenantExternalId, tenantRoleName, tenantTags } from '../../tenancy/names.ts';
import { createLedger, type Ledger } from '../operations/ledger-store.ts';
import { findTier } from '../runtime/config.ts';
import { environment, once } from '../runtime/environment.ts';
import { step, stepInput } from '../runtime/step.ts';
import { table } from '../runtime/table.ts';
import { failureReason, findTenantStack, type Stacks } from './stack.ts';

const client = once(() => new CloudFormationClient({}));

export interface FoundationRequest {
  tenantId: string;
  tier: string;
  operationId: string;
  monthlyBudgetUsd: number;
  contactEmail?: string | undefined;
  /** S3 URL of the template that was synthesized with the platform. */
  templateUrl: string;
  /** Role CloudFormation works with: it may make tenant roles under the boundary, and nothing else. */
  serviceRoleArn: string;
}

/**
 * Ensures the tenant's foundation stack: its role (with permissions boundary and tag conditions) and its budget.
 * Throws `StillCreating` until it is complete, `StillDeleting` while an earlier one goes away, `StackFailed` with the
 * first failed resource's reason, `ResourceNotOwned` for somebody else's stack of that name.
 */
export async function ensureFoundation(
  stacks: Stacks,
  ledger: Ledger,
  request: FoundationRequest,
): Promise<{ roleArn: string }> {
  const stackName = foundationStackName(request.tenantId);
  const stack = await findTenantStack(stacks, stackName, request.tenantId);
  if (!stack) {
    await ledger.plan('foundation', stackName);
    await stacks.send(new CreateStackCommand(createStackInput(stackName, request)));
    throw new CatalogueError('StillCreating', `The stack ${stackName} is being created.`);
  }
  const roleArn = await expectComplete(stacks, stackName, stack);
  await ledger.created('foundation', stackName, { stackId: stack.StackId ?? '', roleArn });
  return { roleArn };
}

async function expectComplete(stacks: Stacks, stackName: string, stack: Stack): Promise<string> {
  const status = stack.StackStatus ?? 'unknown';
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE' || status === 'UPDATE_ROLLBACK_COMPLETE')
    return roleArnOf(stack);
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

function roleArnOf(stack: Stack): string {
  const roleArn = stack.Outputs?.find((output) => output.OutputKey === 'TenantRoleArn')?.OutputValue;
  if (!roleArn) throw new CatalogueError('StackFailed', `The stack ${stack.StackName} has no output TenantRoleArn.`);
  return roleArn;
}

function createStackInput(stackName: string, request: FoundationRequest) {
  const parameters: Record<string, string> = {
    TenantId: request.tenantId,
    RoleName: tenantRoleName(request.tenantId),
    ExternalId: tenantExternalId(request.tenantId),
    MonthlyBudgetUsd: String(request.monthlyBudgetUsd),
    ContactEmail: request.contactEmail ?? '',
  };
  return {
    StackName: stackName,
    TemplateURL: request.templateUrl,
    RoleARN: request.serviceRoleArn,
    Capabilities: ['CAPABILITY_NAMED_IAM' as const],
    // The same operation asks for the same stack once. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
    ClientRequestToken: request.operationId,
    OnFailure: 'ROLLBACK' as const,
    Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    Tags: Object.entries(tenantTags(request.tenantId, request.tier)).map(([Key, Value]) => ({ Key, Value })),
  };
}

/** Step of acquire-placement. */
export const handler = step({
  name: 'ensure-foundation',
  input: stepInput.extend({ tier: z.string(), contactEmail: z.string().optional() }),
  output: z.object({ roleArn: z.string() }),
  run: (input) =>
    ensureFoundation(client(), createLedger(table(), input), {
      ...input,
      monthlyBudgetUsd: findTier(input.tier).monthlyBudgetUsd,
      templateUrl: environment('FOUNDATION_TEMPLATE_URL'),
      serviceRoleArn: environment('FOUNDATION_SERVICE_ROLE_ARN'),
    }),
});
