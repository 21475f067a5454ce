import { writeZip } from '../../../local/lambda/zip.ts';
import type { TestAccount } from './test-account.ts';
import { ACCOUNT, trustOf } from './test-account.ts';

/** For tests: one of everything that a tenant can leave behind, some of it holding on to each other, in two regions. */
export async function fillAccount(account: TestAccount): Promise<void> {
  await fillIam(account);
  await fillNetwork(account, 'eu-west-1');
  const subnetIds = await fillNetwork(account, 'us-east-1');
  await fillStacks(account);
  await fillEks(account, subnetIds);
  await fillServices(account);
  await account.wait(30);
}

async function fillIam({ call }: TestAccount): Promise<void> {
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:*', 'sqs:*'], Resource: '*' }],
  });
  const { Policy } = await call('iam', 'CreatePolicy', { PolicyName: 'shop', PolicyDocument });
  await call('iam', 'CreatePolicyVersion', { PolicyArn: Policy.Arn, PolicyDocument, SetAsDefault: true });
  await call('iam', 'CreateRole', { RoleName: 'shop', AssumeRolePolicyDocument: trustOf('lambda') });
  await call('iam', 'CreateRole', { RoleName: 'cluster', AssumeRolePolicyDocument: trustOf('eks') });
  await call('iam', 'CreateRole', { RoleName: 'machine', AssumeRolePolicyDocument: trustOf('states') });
  // Beside the platform's own path: tenants must not hide there.
  await call('iam', 'CreateRole', {
    RoleName: 'hidden',
    Path: '/tenantry/tenants/',
    AssumeRolePolicyDocument: trustOf('ec2'),
  });
  await call('iam', 'AttachRolePolicy', { RoleName: 'shop', PolicyArn: Policy.Arn });
  // A policy on a role that stays keeps the policy.
  await call('iam', 'AttachRolePolicy', { RoleName: 'OrganizationAccountAccessRole', PolicyArn: Policy.Arn });
  await call('iam', 'PutRolePolicy', { RoleName: 'shop', PolicyName: 'inline', PolicyDocument });
  await call('iam', 'CreateInstanceProfile', { InstanceProfileName: 'shop' });
  await call('iam', 'AddRoleToInstanceProfile', { InstanceProfileName: 'shop', RoleName: 'shop' });
  await call('iam', 'CreateUser', { UserName: 'deployer' });
  await call('iam', 'CreateAccessKey', { UserName: 'deployer' });
  await call('iam', 'AttachUserPolicy', { UserName: 'deployer', PolicyArn: Policy.Arn });
  await call('iam', 'PutUserPolicy', { UserName: 'deployer', PolicyName: 'inline', PolicyDocument });
}

/** Returns the subnets. */
async function fillNetwork({ call }: TestAccount, region: string): Promise<string[]> {
  const ec2 = (operation: string, input: object = {}) => call('ec2', operation, input, region);
  const { VpcId } = (await ec2('CreateVpc', { CidrBlock: '10.1.0.0/16' })).Vpc;
  const zone = (letter: string) => ({ AvailabilityZone: `${region}${letter}` });
  const { SubnetId } = (await ec2('CreateSubnet', { VpcId, CidrBlock: '10.1.0.0/24', ...zone('a') })).Subnet;
  const other = (await ec2('CreateSubnet', { VpcId, CidrBlock: '10.1.1.0/24', ...zone('b') })).Subnet;
  const { InternetGatewayId } = (await ec2('CreateInternetGateway')).InternetGateway;
  await ec2('AttachInternetGateway', { InternetGatewayId, VpcId });
  const { RouteTableId } = (await ec2('CreateRouteTable', { VpcId })).RouteTable;
  await ec2('AssociateRouteTable', { RouteTableId, SubnetId });
  const { AllocationId } = await ec2('AllocateAddress', { Domain: 'vpc' });
  await ec2('CreateNatGateway', { SubnetId, AllocationId });
  await ec2('AllocateAddress', { Domain: 'vpc' });
  const groups = await Promise.all(
    ['web', 'data'].map(
      async (GroupName) => (await ec2('CreateSecurityGroup', { GroupName, Description: GroupName, VpcId })).GroupId,
    ),
  );
  for (const [index, GroupId] of groups.entries()) {
    const UserIdGroupPairs = [{ GroupId: groups[1 - index] }];
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, UserIdGroupPairs }];
    await ec2('AuthorizeSecurityGroupIngress', { GroupId, IpPermissions });
    await ec2('AuthorizeSecurityGroupEgress', { GroupId, IpPermissions });
  }
  await ec2('CreateVpcEndpoint', {
    VpcId,
    ServiceName: `com.amazonaws.${region}.sqs`,
    VpcEndpointType: 'Interface',
    SubnetIds: [SubnetId],
    SecurityGroupIds: [groups[0]],
  });
  return [SubnetId, other.SubnetId];
}

/** A stack that another imports from, protected; and one that cannot be deleted, for its bucket is not empty. */
async function fillStacks({ call, wait }: TestAccount): Promise<void> {
  const create = (StackName: string, Resources: object, rest: object = {}, options: object = {}) =>
    call('cloudformation', 'CreateStack', {
      StackName,
      TemplateBody: JSON.stringify({ Resources, ...rest }),
      ...options,
    });
  const queue = { Type: 'AWS::SQS::Queue', Properties: {} };
  await create(
    'base',
    { Queue: { ...queue, Properties: { QueueName: 'base' } } },
    { Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Queue', 'Arn'] }, Export: { Name: 'base-arn' } } } },
    { EnableTerminationProtection: true },
  );
  await wait(1);
  await create('app', {
    Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/app/orders' } },
    Queue: {
      ...queue,
      Properties: { QueueName: 'app', Tags: [{ Key: 'of', Value: { 'Fn::ImportValue': 'base-arn' } }] },
    },
  });
  await create('full', { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'full-of-things' } } });
  await wait(1);
  await call('s3', 'PutObject', { Bucket: 'full-of-things', Key: 'a', Body: Buffer.from('1') });
}

async function fillEks({ call, wait }: TestAccount, subnetIds: string[]): Promise<void> {
  await call('eks', 'CreateCluster', {
    name: 'shop',
    roleArn: `arn:aws:iam::${ACCOUNT}:role/cluster`,
    resourcesVpcConfig: { subnetIds },
    accessConfig: { authenticationMode: 'API' },
    deletionProtection: true,
  });
  await wait(20);
  await call('eks', 'CreateAddon', { clusterName: 'shop', addonName: 'vpc-cni' });
  await call('eks', 'CreateAccessEntry', { clusterName: 'shop', principalArn: `arn:aws:iam::${ACCOUNT}:role/shop` });
  await call('eks', 'CreatePodIdentityAssociation', {
    clusterName: 'shop',
    namespace: 'shop',
    serviceAccount: 'shop',
    roleArn: `arn:aws:iam::${ACCOUNT}:role/shop`,
  });
}

async function fillServices({ call }: TestAccount): Promise<void> {
  await call('s3', 'CreateBucket', { Bucket: 'versioned' });
  await call('s3', 'PutBucketVersioning', {
    Bucket: 'versioned',
    Body: Buffer.from('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'),
  });
  for (const Body of ['1', '2'])
    await call('s3', 'PutObject', { Bucket: 'versioned', Key: 'a', Body: Buffer.from(Body) });
  await call('s3', 'DeleteObject', { Bucket: 'versioned', Key: 'a' });
  const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' }];
  const AttributeDefinitions = [{ AttributeName: 'id', AttributeType: 'S' }];
  const table = { KeySchema, AttributeDefinitions, BillingMode: 'PAY_PER_REQUEST' };
  await call('dynamodb', 'CreateTable', { ...table, TableName: 'orders', DeletionProtectionEnabled: true });
  const { QueueUrl } = await call('sqs', 'CreateQueue', { QueueName: 'orders' });
  await call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'hello' });
  await call('lambda', 'CreateFunction', {
    FunctionName: 'orders',
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: `arn:aws:iam::${ACCOUNT}:role/shop`,
    Code: { ZipFile: writeZip({ 'index.mjs': 'export const handler = () => 1;' }) },
  });
  await call('lambda', 'CreateEventSourceMapping', {
    FunctionName: 'orders',
    EventSourceArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:orders`,
  });
  await call('events', 'CreateEventBus', { Name: 'orders' });
  for (const EventBusName of ['default', 'orders']) {
    await call('events', 'PutRule', { Name: 'all', EventBusName, EventPattern: '{"source":["shop"]}' });
    const Targets = [{ Id: 'queue', Arn: `arn:aws:sqs:us-east-1:${ACCOUNT}:orders` }];
    await call('events', 'PutTargets', { Rule: 'all', EventBusName, Targets });
  }
  await call('events', 'CreateArchive', {
    ArchiveName: 'orders',
    EventSourceArn: `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/orders`,
  });
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } });
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/machine`;
  await call('states', 'CreateStateMachine', { name: 'orders', definition, roleArn });
  await call('states', 'CreateActivity', { name: 'packing' });
  await call('logs', 'CreateLogGroup', { logGroupName: '/aws/lambda/orders' }, 'eu-west-1');
}
