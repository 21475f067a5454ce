import { App, CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { BrokerStack } from './broker-stack.ts';
import { readConfigFile } from './config-file.ts';
import { tenantBoundaryName } from './function-names.ts';
import { Tenantry } from './tenantry.ts';

const PREFIX = 'tenantry';

/**
 * The CDK app: one stack with one installation of Tenantry, and where it vends accounts the broker's stack in the management
 * account of the organization, which comes first. `-c config=FILE` chooses another configuration.
 */
const app = new App();
const asked = app.node.tryGetContext('config');
const { path: configFile, config } = readConfigFile(typeof asked === 'string' ? asked : undefined);
const { accounts } = config;
const account = process.env['CDK_DEFAULT_ACCOUNT'];
const stack = new Stack(app, 'Tenantry', {
  description: 'Tenantry: provisions tenants of a SaaS product on AWS and Kubernetes',
  ...(account && { env: { account, region: process.env['CDK_DEFAULT_REGION'] ?? 'us-east-1' } }),
});
if (accounts) {
  const broker = new BrokerStack(app, 'TenantryBroker', {
    env: { account: accounts.managementAccountId, region: accounts.regions[0] ?? 'us-east-1' },
    prefix: PREFIX,
    regions: accounts.regions,
    boundaryName: tenantBoundaryName(PREFIX),
    platformAccountId: account,
  });
  stack.addStackDependency(broker, 'The functions assume the broker and look for its units.');
}
const tenantry = new Tenantry(stack, 'Tenantry', { prefix: PREFIX, configFile });
const { onboardTenant, accounts: accountWorkflows } = tenantry.workflows;
new CfnOutput(stack, 'BusName', { value: tenantry.bus.eventBusName });
new CfnOutput(stack, 'RegistryTable', { value: tenantry.registry.tableName });
new CfnOutput(stack, 'OnboardTenant', { value: onboardTenant.stateMachine.stateMachineArn });
if (accountWorkflows) {
  new CfnOutput(stack, 'VendAccount', { value: accountWorkflows.vendAccount.stateMachine.stateMachineArn });
  new CfnOutput(stack, 'CloseAccount', { value: accountWorkflows.closeAccount.stateMachine.stateMachineArn });
}
new CfnOutput(stack, 'RejectedEventsQueue', { value: tenantry.rejectedEvents.queueUrl });
// Findings end the synthesis; each accepted one says why, where it is.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
