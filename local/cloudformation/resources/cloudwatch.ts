import {
  type Properties,
  pick,
  type ResourceProvider,
  type ResourceRequest,
  type ResourceState,
} from '../resource-provider.ts';

const ALARM = [
  'ActionsEnabled',
  'AlarmActions',
  'AlarmDescription',
  'ComparisonOperator',
  'DatapointsToAlarm',
  'Dimensions',
  'EvaluationPeriods',
  'ExtendedStatistic',
  'InsufficientDataActions',
  'MetricName',
  'Metrics',
  'Namespace',
  'OKActions',
  'Period',
  'Statistic',
  'Threshold',
  'TreatMissingData',
  'Unit',
];

/** Works when the run has a `monitoring` service. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html */
export const cloudwatchAlarm: ResourceProvider = {
  type: 'AWS::CloudWatch::Alarm',
  properties: [...ALARM, 'AlarmName', 'Tags'],
  replaceOn: ['AlarmName'],
  name: { property: 'AlarmName', maximum: 255 },
  seconds: { create: 3, update: 3, delete: 2 },
  create: putAlarm,
  update: putAlarm,
  async delete(request, existing) {
    await request.call('monitoring', 'DeleteAlarms', { AlarmNames: [existing.physicalId] });
  },
};

async function putAlarm(request: ResourceRequest): Promise<ResourceState> {
  const { name: AlarmName, properties } = request;
  await request.call('monitoring', 'PutMetricAlarm', { AlarmName, ...pick(properties, ALARM), ...tagsOf(request) });
  const { region, accountId } = request.stack;
  return { physicalId: AlarmName, attributes: { Arn: `arn:aws:cloudwatch:${region}:${accountId}:alarm:${AlarmName}` } };
}

function tagsOf(request: ResourceRequest): Properties {
  return request.tags.length > 0 ? { Tags: request.tags } : {};
}

/** Works when the run has a `monitoring` service. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-dashboard.html */
export const cloudwatchDashboard: ResourceProvider = {
  type: 'AWS::CloudWatch::Dashboard',
  properties: ['DashboardBody', 'DashboardName'],
  required: ['DashboardBody'],
  replaceOn: ['DashboardName'],
  name: { property: 'DashboardName', maximum: 255 },
  seconds: { create: 3, update: 3, delete: 2 },
  create: putDashboard,
  update: putDashboard,
  async delete(request, existing) {
    await request.call('monitoring', 'DeleteDashboards', { DashboardNames: [existing.physicalId] });
  },
};

async function putDashboard(request: ResourceRequest): Promise<ResourceState> {
  await request.call('monitoring', 'PutDashboard', {
    DashboardName: request.name,
    DashboardBody: request.properties.DashboardBody,
  });
  return { physicalId: request.name };
}
