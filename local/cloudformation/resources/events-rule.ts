import { AwsError } from '../../kernel/errors.ts';
import { ifExists, refuseExisting } from '../handler-errors.ts';
import {
  jsonText,
  type Properties,
  pick,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
} from '../resource-provider.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html */
export const eventsRule: ResourceProvider = {
  type: 'AWS::Events::Rule',
  properties: [
    'Description',
    'EventBusName',
    'EventPattern',
    'Name',
    'RoleArn',
    'ScheduleExpression',
    'State',
    'Tags',
    'Targets',
  ],
  replaceOn: ['EventBusName', 'Name'],
  name: { property: 'Name', maximum: 64 },
  // A new rule may take up to a minute to match; CloudFormation waits that long.
  seconds: { create: 60, update: 60, delete: 15 },
  async create(request) {
    const { name: Name } = request;
    const bus = busName(request.properties);
    await refuseExisting(request, () => request.call('events', 'DescribeRule', { Name, EventBusName: bus }));
    await putRule(request, Name, bus);
    request.initiated(physicalId(bus, Name));
    await setTargets(request, Name, bus, []);
    return stateOf(request, Name, bus);
  },
  async update(request, existing) {
    const { Name, bus } = partsOf(existing.physicalId);
    await putRule(request, Name, bus);
    await setTargets(request, Name, bus, existing.properties.Targets ?? []);
    return stateOf(request, Name, bus);
  },
  async delete(request, existing) {
    const { Name, bus } = partsOf(existing.physicalId);
    const listed = await ifExists(() => request.call('events', 'ListTargetsByRule', { Rule: Name, EventBusName: bus }));
    const Ids = ((listed?.Targets ?? []) as Properties[]).map((target) => target.Id);
    if (Ids.length > 0)
      await ifExists(() => request.call('events', 'RemoveTargets', { Rule: Name, EventBusName: bus, Ids }));
    await ifExists(() => request.call('events', 'DeleteRule', { Name, EventBusName: bus }));
  },
};

async function putRule(request: ResourceRequest, Name: string, EventBusName: string): Promise<void> {
  const { properties } = request;
  await request.call('events', 'PutRule', {
    Name,
    EventBusName,
    ...pick(properties, ['Description', 'RoleArn', 'ScheduleExpression', 'State']),
    ...(properties.EventPattern !== undefined && { EventPattern: jsonText(properties.EventPattern) }),
    // EventBridge refuses tags for a rule that exists: they are set once.
    ...(request.tags.length > 0 && !request.resumed && { Tags: request.tags }),
  });
}

/** Puts the targets of the template and takes away those of `before` that it no longer has. */
async function setTargets(
  request: ResourceRequest,
  Rule: string,
  EventBusName: string,
  before: readonly Properties[],
): Promise<void> {
  const targets: Properties[] = request.properties.Targets ?? [];
  const ids = new Set(targets.map((target) => target.Id));
  const Ids = before.map((target) => target.Id).filter((id) => !ids.has(id));
  if (Ids.length > 0) refuseFailures(await request.call('events', 'RemoveTargets', { Rule, EventBusName, Ids }));
  if (targets.length > 0) {
    refuseFailures(await request.call('events', 'PutTargets', { Rule, EventBusName, Targets: targets.map(targetOf) }));
  }
}

/** PutTargets answers 200 with the entries that failed. */
function refuseFailures(answer: Properties): void {
  const failed: Properties | undefined = answer.FailedEntries?.[0];
  if (failed) throw new AwsError(String(failed.ErrorCode), `${failed.ErrorMessage} (target ${failed.TargetId})`);
}

function targetOf(target: Properties): Properties {
  const { InputTransformer, RetryPolicy, ...rest } = target;
  return {
    ...rest,
    ...(RetryPolicy && { RetryPolicy: numbers(RetryPolicy) }),
    ...(InputTransformer && { InputTransformer }),
  };
}

function numbers(members: Properties): Properties {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, Number(value)]));
}

function busName(properties: Properties): string {
  const given = String(properties.EventBusName ?? 'default');
  return given.startsWith('arn:') ? (given.split('/').at(-1) ?? given) : given;
}

/** A rule of another bus than the default one is known as `bus|name`. */
function physicalId(bus: string, name: string): string {
  return bus === 'default' ? name : `${bus}|${name}`;
}

function partsOf(id: string): { Name: string; bus: string } {
  const [bus, name] = id.split('|');
  return name === undefined ? { Name: id, bus: 'default' } : { Name: name, bus: bus ?? 'default' };
}

function stateOf(request: ResourceRequest, name: string, bus: string): ResourceState {
  const { region, accountId } = request.stack;
  const path = bus === 'default' ? name : `${bus}/${name}`;
  return {
    physicalId: physicalId(bus, name),
    attributes: { Arn: `arn:aws:events:${region}:${accountId}:rule/${path}` },
  };
}
