import type { ResourceProvider } from '../resource-provider.ts';
import { budget } from './budgets-budget.ts';
import { cdkMetadata, cloudformationStack, waitConditionHandle } from './cloudformation-stack.ts';
import { cloudwatchAlarm, cloudwatchDashboard } from './cloudwatch.ts';
import { dynamodbGlobalTable, dynamodbTable } from './dynamodb-table.ts';
import { ec2Eip, ec2InternetGateway, ec2NatGateway, ec2VpcGatewayAttachment } from './ec2-gateways.ts';
import { ec2Route, ec2RouteTable, ec2SubnetRouteTableAssociation } from './ec2-routes.ts';
import { ec2SecurityGroup, ec2SecurityGroupEgress, ec2SecurityGroupIngress } from './ec2-security-groups.ts';
import { ec2Subnet, ec2Vpc } from './ec2-vpc.ts';
import { ec2VpcEndpoint } from './ec2-vpc-endpoint.ts';
import { eksAccessEntry, eksAddon, eksPodIdentityAssociation } from './eks-access.ts';
import { eksCluster } from './eks-cluster.ts';
import { eventBus, eventBusPolicy, eventsArchive } from './events-event-bus.ts';
import { eventsRule } from './events-rule.ts';
import { iamManagedPolicy, iamPolicy } from './iam-policy.ts';
import { iamInstanceProfile, iamRole } from './iam-role.ts';
import { kmsAlias } from './kms-alias.ts';
import { kmsKey } from './kms-key.ts';
import { lambdaFunction } from './lambda-function.ts';
import { lambdaEventInvokeConfig, lambdaEventSourceMapping, lambdaPermission } from './lambda-permission.ts';
import { lambdaAlias, lambdaVersion } from './lambda-version.ts';
import { logGroup, logsResourcePolicy } from './logs-log-group.ts';
import { organizationsPolicy } from './organizations-policy.ts';
import { organizationsResourcePolicy } from './organizations-resource-policy.ts';
import { organizationalUnit } from './organizations-unit.ts';
import { s3Bucket, s3BucketPolicy } from './s3-bucket.ts';
import { schedulerSchedule, schedulerScheduleGroup } from './scheduler-schedule.ts';
import { snsTopic } from './sns-topic.ts';
import { sqsQueue, sqsQueuePolicy } from './sqs-queue.ts';
import { ssmParameter } from './ssm-parameter.ts';
import { stateMachine } from './stepfunctions-state-machine.ts';
import { activity, stateMachineAlias, stateMachineVersion } from './stepfunctions-version.ts';

const PROVIDERS: readonly ResourceProvider[] = [
  activity,
  budget,
  cdkMetadata,
  cloudformationStack,
  cloudwatchAlarm,
  cloudwatchDashboard,
  dynamodbGlobalTable,
  dynamodbTable,
  ec2Eip,
  ec2InternetGateway,
  ec2NatGateway,
  ec2Route,
  ec2RouteTable,
  ec2SecurityGroup,
  ec2SecurityGroupEgress,
  ec2SecurityGroupIngress,
  ec2Subnet,
  ec2SubnetRouteTableAssociation,
  ec2Vpc,
  ec2VpcEndpoint,
  ec2VpcGatewayAttachment,
  eksAccessEntry,
  eksAddon,
  eksCluster,
  eksPodIdentityAssociation,
  eventBus,
  eventBusPolicy,
  eventsArchive,
  eventsRule,
  iamInstanceProfile,
  iamManagedPolicy,
  iamPolicy,
  iamRole,
  kmsAlias,
  kmsKey,
  lambdaAlias,
  lambdaEventInvokeConfig,
  lambdaEventSourceMapping,
  lambdaFunction,
  lambdaPermission,
  lambdaVersion,
  logGroup,
  logsResourcePolicy,
  organizationalUnit,
  organizationsPolicy,
  organizationsResourcePolicy,
  s3Bucket,
  s3BucketPolicy,
  schedulerSchedule,
  schedulerScheduleGroup,
  snsTopic,
  sqsQueue,
  sqsQueuePolicy,
  ssmParameter,
  stateMachine,
  stateMachineAlias,
  stateMachineVersion,
  waitConditionHandle,
];

/** Every resource type that the local CloudFormation knows, by type. */
export function resourceProviders(): ReadonlyMap<string, ResourceProvider> {
  return new Map(PROVIDERS.map((provider) => [provider.type, provider]));
}
