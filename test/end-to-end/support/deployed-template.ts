import { DescribeStacksCommand, GetTemplateCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ACCOUNT, type Clients, stateMachineArn as machineArn, REGION } from './clients.ts';
import { eventually } from './eventually.ts';
import { signedRequest } from './signed-request.ts';

const STACK = 'Tenantry';
const BUCKET = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;

export interface DeployedTemplate {
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

export interface PolicyStatement {
  Action: string | string[];
  Resource: unknown;
}

/** The template that the product is deployed with. */
export async function deployedTemplate({ stacks }: Clients): Promise<DeployedTemplate> {
  const { TemplateBody = '' } = await stacks.send(new GetTemplateCommand({ StackName: STACK }));
  return JSON.parse(TemplateBody) as DeployedTemplate;
}

/** The statements of a role's own policy that allow the action. Throws an Error when there is none. */
export function statementOf(template: DeployedTemplate, role: string, action: string): PolicyStatement[] {
  const found = policyOf(template, role).Statement.filter((statement) => [statement.Action].flat().includes(action));
  if (found.length === 0) throw new Error(`the role of ${role} has no statement that allows ${action}`);
  return found;
}

/** A copy without those statements. */
export function withoutStatement(template: DeployedTemplate, role: string, action: string): DeployedTemplate {
  const copy = structuredClone(template);
  const policy = policyOf(copy, role);
  const removed = statementOf(copy, role, action);
  policy.Statement = policy.Statement.filter((statement) => !removed.includes(statement));
  return copy;
}

function policyOf(template: DeployedTemplate, role: string): { Statement: PolicyStatement[] } {
  const found = Object.entries(template.Resources).find(
    ([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.startsWith(`Tenantry${role}RoleDefaultPolicy`),
  );
  if (!found) throw new Error(`the template has no policy of the role of ${role}`);
  return found[1].Properties['PolicyDocument'] as { Statement: PolicyStatement[] };
}

/** Updates the product's stack to the template, and lets IAM's delay pass until it is in effect everywhere. */
export async function deploy(clients: Clients, template: DeployedTemplate): Promise<void> {
  const key = `end-to-end-${Date.now()}.json`;
  await signedRequest(clients.endpoint, 's3', {
    method: 'PUT',
    path: `/${BUCKET}/${key}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(template),
  });
  if (!(await update(clients, `https://${BUCKET}.s3.${REGION}.amazonaws.com/${key}`))) return;
  await eventually('the update of the stack', async () => {
    const { Stacks = [] } = await clients.stacks.send(new DescribeStacksCommand({ StackName: STACK }));
    const status = Stacks[0]?.StackStatus ?? '';
    if (status.includes('FAILED') || status.includes('ROLLBACK')) throw new Error(`the stack is ${status}`);
    return status === 'UPDATE_COMPLETE' ? status : undefined;
  });
  await passSimulatedTime(clients, 30);
}

/** False if the stack is as the template says. */
async function update({ stacks }: Clients, TemplateURL: string): Promise<boolean> {
  try {
    await stacks.send(
      new UpdateStackCommand({ StackName: STACK, TemplateURL, Capabilities: ['CAPABILITY_NAMED_IAM'] }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes('No updates are to be performed')) return false;
    throw error;
  }
}

/** Lets simulated time pass: an execution waits, and the local cloud's clock leaps over it. */
export async function passSimulatedTime({ stepFunctions }: Clients, seconds: number): Promise<void> {
  const definition = { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: seconds, End: true } } };
  const { roleArn } = await stepFunctions.send(
    new DescribeStateMachineCommand({ stateMachineArn: machineArn('acquire-placement') }),
  );
  const { stateMachineArn } = await stepFunctions.send(
    new CreateStateMachineCommand({
      name: `end-to-end-wait-${Date.now()}`,
      definition: JSON.stringify(definition),
      roleArn,
    }),
  );
  const { executionArn } = await stepFunctions.send(new StartExecutionCommand({ stateMachineArn }));
  await eventually('the end of waiting', async () => {
    const { status } = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
    return status === 'RUNNING' ? undefined : status;
  });
  await stepFunctions.send(new DeleteStateMachineCommand({ stateMachineArn }));
}
