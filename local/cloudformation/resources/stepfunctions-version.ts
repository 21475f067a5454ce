import { adoptExisting, ifExists } from '../handler-errors.ts';
import type { Properties, ResourceProvider, ResourceRequest, ResourceState } from '../resource-provider.ts';
import { lowerKeys } from './stepfunctions-state-machine.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachineversion.html */
export const stateMachineVersion: ResourceProvider = {
  type: 'AWS::StepFunctions::StateMachineVersion',
  properties: ['Description', 'StateMachineArn', 'StateMachineRevisionId'],
  required: ['StateMachineArn'],
  replaceOn: ['Description', 'StateMachineArn', 'StateMachineRevisionId'],
  seconds: { create: 2, delete: 2 },
  async create(request) {
    const { StateMachineArn, StateMachineRevisionId, Description } = request.properties;
    // Publishing the same revision again answers the version that exists.
    const { stateMachineVersionArn } = await request.call('states', 'PublishStateMachineVersion', {
      stateMachineArn: StateMachineArn,
      revisionId: StateMachineRevisionId,
      description: Description,
    });
    return { physicalId: stateMachineVersionArn, attributes: { Arn: stateMachineVersionArn } };
  },
  async delete(request, existing) {
    await ifExists(() =>
      request.call('states', 'DeleteStateMachineVersion', { stateMachineVersionArn: existing.physicalId }),
    );
  },
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachinealias.html */
export const stateMachineAlias: ResourceProvider = {
  type: 'AWS::StepFunctions::StateMachineAlias',
  properties: ['DeploymentPreference', 'Description', 'Name', 'RoutingConfiguration'],
  replaceOn: ['Name'],
  name: { property: 'Name', maximum: 80 },
  seconds: { create: 2, update: 2, delete: 2 },
  async create(request) {
    const routes = routesOf(request.properties);
    const machineArn = String(routes[0]?.stateMachineVersionArn).split(':').slice(0, 7).join(':');
    await adoptExisting(request, () =>
      request.call('states', 'CreateStateMachineAlias', {
        name: request.name,
        description: request.properties.Description,
        routingConfiguration: routes,
      }),
    );
    return aliasState(`${machineArn}:${request.name}`);
  },
  async update(request, existing) {
    await request.call('states', 'UpdateStateMachineAlias', {
      stateMachineAliasArn: existing.physicalId,
      description: request.properties.Description,
      routingConfiguration: routesOf(request.properties),
    });
    return aliasState(existing.physicalId);
  },
  async delete(request, existing) {
    await ifExists(() =>
      request.call('states', 'DeleteStateMachineAlias', { stateMachineAliasArn: existing.physicalId }),
    );
  },
};

/** A deployment preference shifts traffic over minutes on AWS; here the new version has all of it at once. */
function routesOf(properties: Properties): { stateMachineVersionArn: string; weight: number }[] {
  const { DeploymentPreference, RoutingConfiguration } = properties;
  if (DeploymentPreference)
    return [{ stateMachineVersionArn: DeploymentPreference.StateMachineVersionArn, weight: 100 }];
  return (lowerKeys(RoutingConfiguration ?? []) as { stateMachineVersionArn: string; weight: unknown }[]).map(
    (route) => ({
      ...route,
      weight: Number(route.weight),
    }),
  );
}

function aliasState(arn: string): ResourceState {
  return { physicalId: arn, attributes: { Arn: arn } };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-activity.html */
export const activity: ResourceProvider = {
  type: 'AWS::StepFunctions::Activity',
  properties: ['EncryptionConfiguration', 'Name', 'Tags'],
  required: ['Name'],
  replaceOn: ['EncryptionConfiguration', 'Name'],
  name: { property: 'Name', maximum: 80 },
  seconds: { create: 2, update: 2, delete: 2 },
  create: createActivity,
  async delete(request, existing) {
    await ifExists(() => request.call('states', 'DeleteActivity', { activityArn: existing.physicalId }));
  },
};

async function createActivity(request: ResourceRequest): Promise<ResourceState> {
  const tags = request.tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
  const { activityArn } = await request.call('states', 'CreateActivity', { name: request.name, tags });
  return { physicalId: activityArn, attributes: { Arn: activityArn, Name: request.name } };
}
