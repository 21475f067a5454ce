import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
import { IAMClient, paginateGetAccountAuthorizationDetails } from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { MANAGEMENT_ACCOUNT } from './accounts.ts';
import { REGION } from './clients.ts';

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** How a client of the SDK reaches the account. */
export interface AccountAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Keys;
}

/** As the account's own administrator, whom service control policies bind. */
export function asAdministrator(endpoint: string, accountId: string, region = REGION): AccountAccess {
  return { endpoint, region, credentials: { accessKeyId: accountId, secretAccessKey: 'local' } };
}

/** As the management account enters it: by the role that the account was born with, which the fences of all units let in. */
export async function asManagement(endpoint: string, accountId: string): Promise<AccountAccess> {
  const sts = new STSClient(asAdministrator(endpoint, MANAGEMENT_ACCOUNT));
  const RoleArn = `arn:aws:iam::${accountId}:role/OrganizationAccountAccessRole`;
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'inventory' }));
  return {
    endpoint,
    region: REGION,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      ...(Credentials?.SessionToken && { sessionToken: Credentials.SessionToken }),
    },
  };
}

/** Everything that is in an account, asked of AWS and not of the registry, as `kind name`, sorted. */
export async function accountInventory(endpoint: string, accountId: string): Promise<string[]> {
  return inventoryOf(await asManagement(endpoint, accountId));
}

/** The same of the account that the access is to. */
export async function inventoryOf(access: AccountAccess): Promise<string[]> {
  const found = await Promise.all([identities(access), stacks(access), networks(access), services(access)]);
  return found.flat().sort();
}

async function identities(access: AccountAccess): Promise<string[]> {
  const found: string[] = [];
  const pages = paginateGetAccountAuthorizationDetails(
    { client: new IAMClient(access) },
    { Filter: ['Role', 'User', 'Group', 'LocalManagedPolicy'] },
  );
  for await (const { RoleDetailList, UserDetailList, GroupDetailList, Policies } of pages) {
    for (const role of RoleDetailList ?? []) found.push(`role ${role.Path}${role.RoleName}`);
    for (const user of UserDetailList ?? []) found.push(`user ${user.UserName}`);
    for (const group of GroupDetailList ?? []) found.push(`group ${group.GroupName}`);
    for (const policy of Policies ?? []) found.push(`policy ${policy.PolicyName}`);
  }
  return found;
}

async function stacks(access: AccountAccess): Promise<string[]> {
  const { StackSummaries = [] } = await new CloudFormationClient(access).send(new ListStacksCommand({}));
  return StackSummaries.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').map(
    ({ StackName, StackStatus }) => `stack ${StackName} ${StackStatus}`,
  );
}

async function networks(access: AccountAccess): Promise<string[]> {
  const ec2 = new EC2Client(access);
  const [vpcs, groups, subnets, tables, internet, nat, addresses, endpoints] = await Promise.all([
    ec2.send(new DescribeVpcsCommand({})),
    ec2.send(new DescribeSecurityGroupsCommand({})),
    ec2.send(new DescribeSubnetsCommand({})),
    ec2.send(new DescribeRouteTablesCommand({})),
    ec2.send(new DescribeInternetGatewaysCommand({})),
    ec2.send(new DescribeNatGatewaysCommand({})),
    ec2.send(new DescribeAddressesCommand({})),
    ec2.send(new DescribeVpcEndpointsCommand({})),
  ]);
  return [
    ...(vpcs.Vpcs ?? []).map(({ VpcId, IsDefault }) => `${IsDefault ? 'default ' : ''}vpc ${VpcId}`),
    ...(groups.SecurityGroups ?? []).map(({ GroupId }) => `security group ${GroupId}`),
    ...(subnets.Subnets ?? []).map(({ SubnetId }) => `subnet ${SubnetId}`),
    ...(tables.RouteTables ?? []).map(({ RouteTableId }) => `route table ${RouteTableId}`),
    ...(internet.InternetGateways ?? []).map(({ InternetGatewayId }) => `internet gateway ${InternetGatewayId}`),
    // Deleted ones stay in the list for an hour. https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
    ...(nat.NatGateways ?? []).flatMap(({ NatGatewayId, State }) =>
      State === 'deleted' ? [] : [`nat gateway ${NatGatewayId}`],
    ),
    ...(addresses.Addresses ?? []).map(({ AllocationId }) => `address ${AllocationId}`),
    ...(endpoints.VpcEndpoints ?? []).map(({ VpcEndpointId }) => `vpc endpoint ${VpcEndpointId}`),
  ];
}

async function services(access: AccountAccess): Promise<string[]> {
  const [tables, queues, buckets, groups, functions, clusters] = await Promise.all([
    new DynamoDBClient(access).send(new ListTablesCommand({})),
    new SQSClient(access).send(new ListQueuesCommand({})),
    new S3Client(access).send(new ListBucketsCommand({})),
    logGroups(access),
    new LambdaClient(access).send(new ListFunctionsCommand({})),
    new EKSClient(access).send(new ListClustersCommand({})),
  ]);
  return [
    ...(tables.TableNames ?? []).map((name) => `table ${name}`),
    ...(queues.QueueUrls ?? []).map((url) => `queue ${url.split('/').at(-1)}`),
    ...(buckets.Buckets ?? []).map(({ Name }) => `bucket ${Name}`),
    ...groups.map((name) => `log group ${name}`),
    ...(functions.Functions ?? []).map(({ FunctionName }) => `function ${FunctionName}`),
    ...(clusters.clusters ?? []).map((name) => `cluster ${name}`),
  ];
}

/** There are more than one page of them: what clusters wrote is beside that of every function. */
async function logGroups(access: AccountAccess): Promise<string[]> {
  const found: string[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: new CloudWatchLogsClient(access) }, {}))
    found.push(...logGroups.map(({ logGroupName = '' }) => logGroupName));
  return found;
}
