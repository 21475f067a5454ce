import { App, CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Tenantry } from './tenantry.ts';

/** The CDK app: one stack with one installation of Tenantry. `-c config=FILE` chooses another configuration. */
const app = new App();
const stack = new Stack(app, 'Tenantry', {
  description: 'Tenantry: provisions tenants of a SaaS product on AWS and Kubernetes',
  ...(process.env['CDK_DEFAULT_ACCOUNT'] && {
    env: { account: process.env['CDK_DEFAULT_ACCOUNT'], region: process.env['CDK_DEFAULT_REGION'] ?? 'us-east-1' },
  }),
});
const configFile = app.node.tryGetContext('config');
const tenantry = new Tenantry(stack, 'Tenantry', typeof configFile === 'string' ? { configFile } : {});
new CfnOutput(stack, 'BusName', { value: tenantry.bus.eventBusName });
new CfnOutput(stack, 'RegistryTable', { value: tenantry.registry.tableName });
new CfnOutput(stack, 'OnboardTenant', { value: tenantry.workflows.onboardTenant.stateMachine.stateMachineArn });
new CfnOutput(stack, 'RejectedEventsQueue', { value: tenantry.rejectedEvents.queueUrl });
// Findings end the synthesis; each accepted one says why, where it is.
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
