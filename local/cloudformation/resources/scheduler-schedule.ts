import { adoptExisting, ifExists } from '../handler-errors.ts';
import {
  type Properties,
  pick,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
} from '../resource-provider.ts';

const SCHEDULE = [
  'Description',
  'EndDate',
  'FlexibleTimeWindow',
  'GroupName',
  'KmsKeyArn',
  'ScheduleExpression',
  'ScheduleExpressionTimezone',
  'StartDate',
  'State',
  'Target',
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html */
export const schedulerSchedule: ResourceProvider = {
  type: 'AWS::Scheduler::Schedule',
  properties: [...SCHEDULE, 'Name'],
  required: ['FlexibleTimeWindow', 'ScheduleExpression', 'Target'],
  replaceOn: ['GroupName', 'Name'],
  name: { property: 'Name', maximum: 64 },
  seconds: { create: 2, update: 2, delete: 2 },
  async create(request) {
    const { name: Name, properties } = request;
    const input = { Name, ...pick(properties, SCHEDULE), ClientToken: request.token };
    await adoptExisting(request, () => request.call('scheduler', 'CreateSchedule', input));
    return scheduleState(request, Name);
  },
  async update(request, existing) {
    await request.call('scheduler', 'UpdateSchedule', {
      Name: existing.physicalId,
      ...pick(request.properties, SCHEDULE),
    });
    return scheduleState(request, existing.physicalId);
  },
  async delete(request, existing) {
    const input = { Name: existing.physicalId, ...pick(existing.properties, ['GroupName']) };
    await ifExists(() => request.call('scheduler', 'DeleteSchedule', input));
  },
};

function scheduleState(request: ResourceRequest, name: string): ResourceState {
  const { region, accountId } = request.stack;
  const group = request.properties.GroupName ?? 'default';
  return {
    physicalId: name,
    attributes: { Arn: `arn:aws:scheduler:${region}:${accountId}:schedule/${group}/${name}` },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedulegroup.html */
export const schedulerScheduleGroup: ResourceProvider = {
  type: 'AWS::Scheduler::ScheduleGroup',
  properties: ['Name', 'Tags'],
  replaceOn: ['Name'],
  name: { property: 'Name', maximum: 64 },
  seconds: { create: 2, update: 2, delete: 2 },
  async create(request) {
    const { name: Name, tags } = request;
    const input = { Name, ClientToken: request.token, ...(tags.length > 0 && { Tags: tags }) };
    await adoptExisting(request, () => request.call('scheduler', 'CreateScheduleGroup', input));
    return groupState(request, Name);
  },
  async delete(request, existing) {
    const Name = existing.physicalId;
    await ifExists(() => request.call('scheduler', 'DeleteScheduleGroup', { Name }));
    const gone = async () =>
      (await ifExists(() => request.call('scheduler', 'GetScheduleGroup', { Name }))) === undefined;
    await request.waitUntil(gone, 2, 300);
  },
};

function groupState(request: ResourceRequest, name: string): ResourceState {
  const { region, accountId } = request.stack;
  const attributes: Properties = {
    Arn: `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`,
    State: 'ACTIVE',
  };
  return { physicalId: name, attributes };
}
