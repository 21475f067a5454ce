import { fakeControlPlanes } from '../../../local/eks/test-cluster.ts';
import { administrator } from '../../../local/kernel/cloud.ts';
import type { OperationInput } from '../../../local/kernel/service.ts';
import { type LocalCloud, startLocalCloud } from '../../../local/local-cloud.ts';
import { accessRoleName, accountStackName, platformRolePath, teardownRoleName } from '../../../tenancy/names.ts';
import type { ClientOptions } from './sweeper.ts';

/** An account of a tenant in a local cloud, with its baseline. */
export interface TestAccount {
  readonly local: LocalCloud;
  readonly options: ClientOptions;
  /** Calls AWS in process, as the account's administrator. */
  call(service: string, operation: string, input?: object, region?: string): Promise<OperationInput>;
  /** Lets time pass: what is being made or deleted comes to its end. */
  wait(minutes: number): Promise<void>;
}

export const ACCOUNT = '222222222222';

const trust = (service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });

/** Trust of a role for a service of AWS. */
export const trustOf = (service: string) => trust(`${service}.amazonaws.com`);

/** For tests: a running local cloud on a clock that leaps, and in it an account with a stand-in for the stack of its baseline. */
export async function testAccount(): Promise<TestAccount> {
  const local = await startLocalCloud({
    port: 0,
    clock: 'jump',
    serviceOptions: { eks: { controlPlanes: fakeControlPlanes() }, ec2: { consistencyDelaySeconds: 0 } },
  });
  const call: TestAccount['call'] = (service, operation, input = {}, region = 'us-east-1') =>
    local.cloud.call(service, operation, input, administrator(ACCOUNT), { region });
  const account: TestAccount = {
    local,
    call,
    options: {
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'local' },
      maxAttempts: 1,
    },
    wait: (minutes) => local.cloud.clock.sleep(minutes * 60_000),
  };
  await call('iam', 'CreateRole', { RoleName: accessRoleName, AssumeRolePolicyDocument: trustOf('ec2') });
  await call('iam', 'CreateServiceLinkedRole', { AWSServiceName: 'eks.amazonaws.com' });
  await call('cloudformation', 'CreateStack', {
    StackName: accountStackName,
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    TemplateBody: JSON.stringify({
      Resources: {
        Teardown: {
          Type: 'AWS::IAM::Role',
          Properties: {
            RoleName: teardownRoleName,
            Path: platformRolePath,
            AssumeRolePolicyDocument: JSON.parse(trustOf('ec2')),
          },
        },
        Boundary: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: {
            ManagedPolicyName: 'tenantry-tenant-boundary',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
            },
          },
        },
      },
    }),
  });
  await account.wait(1);
  return account;
}

/** What is listed where: service, operation, member of the answer. */
const LISTS = [
  ['cloudformation', 'DescribeStacks', 'Stacks', 'StackName'],
  ['eks', 'ListClusters', 'clusters', ''],
  ['lambda', 'ListFunctions', 'Functions', 'FunctionName'],
  ['lambda', 'ListEventSourceMappings', 'EventSourceMappings', 'UUID'],
  ['states', 'ListStateMachines', 'stateMachines', 'name'],
  ['states', 'ListActivities', 'activities', 'name'],
  ['events', 'ListEventBuses', 'EventBuses', 'Name'],
  ['events', 'ListRules', 'Rules', 'Name'],
  ['events', 'ListArchives', 'Archives', 'ArchiveName'],
  ['sqs', 'ListQueues', 'QueueUrls', ''],
  ['dynamodb', 'ListTables', 'TableNames', ''],
  ['logs', 'DescribeLogGroups', 'logGroups', 'logGroupName'],
  ['ec2', 'DescribeVpcs', 'Vpcs', 'VpcId'],
  ['ec2', 'DescribeSubnets', 'Subnets', 'SubnetId'],
  ['ec2', 'DescribeAddresses', 'Addresses', 'AllocationId'],
  ['ec2', 'DescribeInternetGateways', 'InternetGateways', 'InternetGatewayId'],
  ['ec2', 'DescribeSecurityGroups', 'SecurityGroups', 'GroupId'],
  ['ec2', 'DescribeNetworkInterfaces', 'NetworkInterfaces', 'NetworkInterfaceId'],
] as const;

/** Everything that is in the account, asked for without the sweepers: `service name (region)`. */
export async function inventory({ call }: TestAccount, regions: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const region of regions)
    for (const [service, operation, member, name] of LISTS) {
      const items: OperationInput[] = (await call(service, operation, {}, region))[member] ?? [];
      found.push(...items.map((item) => `${service} ${name ? item[name] : item} (${region})`));
    }
  for (const { Name } of (await call('s3', 'ListBuckets')).Buckets) found.push(`s3 ${Name}`);
  const details = await call('iam', 'GetAccountAuthorizationDetails', { MaxItems: 1000 });
  for (const { UserName } of details.UserDetailList) found.push(`iam user ${UserName}`);
  for (const { Path, RoleName } of details.RoleDetailList) found.push(`iam role ${Path}${RoleName}`);
  for (const { PolicyName } of details.Policies) found.push(`iam policy ${PolicyName}`);
  for (const { InstanceProfileName } of (await call('iam', 'ListInstanceProfiles')).InstanceProfiles)
    found.push(`iam instance profile ${InstanceProfileName}`);
  return found;
}
