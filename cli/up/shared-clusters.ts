import { CreateClusterCommand, DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { AttachRolePolicyCommand, CreateRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { type AwsSettings, clientOptions } from '../settings.ts';

const CLUSTER_ROLE = 'tenantry-shared-cluster';
const LOOK_EVERY_MILLISECONDS = 100;

/** Ensures that the shared clusters of the configuration exist and are ACTIVE, as an operator makes them on AWS. */
export async function ensureSharedClusters(
  settings: AwsSettings,
  names: readonly string[],
  progress: (line: string) => void,
): Promise<void> {
  const eks = new EKSClient(clientOptions(settings));
  const roleArn = await clusterRole(new IAMClient(clientOptions(settings)));
  await Promise.all(names.map((name) => ensureCluster(eks, name, roleArn, progress)));
}

async function ensureCluster(
  eks: EKSClient,
  name: string,
  roleArn: string,
  progress: (line: string) => void,
): Promise<void> {
  let status = await clusterStatus(eks, name);
  if (status === undefined) {
    await createCluster(eks, name, roleArn);
    status = 'CREATING';
  }
  while (status === 'CREATING' || status === 'UPDATING') {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLISECONDS));
    status = await clusterStatus(eks, name);
  }
  if (status !== 'ACTIVE') throw new Error(`the shared cluster ${name} is ${status}`);
  progress(`shared cluster ${name} is ACTIVE`);
}

async function clusterStatus(eks: EKSClient, name: string): Promise<string | undefined> {
  try {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
    return cluster?.status;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** A role that does not count as consistent yet is refused as if it could not be assumed; it is asked for again. */
async function createCluster(eks: EKSClient, name: string, roleArn: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await eks.send(
        new CreateClusterCommand({
          name,
          roleArn,
          version: '1.35',
          accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
          resourcesVpcConfig: {
            subnetIds: ['subnet-0a1b2c3d4e5f60001', 'subnet-0a1b2c3d4e5f60002'],
            endpointPublicAccess: true,
          },
          upgradePolicy: { supportType: 'STANDARD' },
          deletionProtection: true,
          clientRequestToken: `tenantry-${name}`,
        }),
      );
      return;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'InvalidParameterException' || attempt >= 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLISECONDS));
    }
  }
}

async function clusterRole(iam: IAMClient): Promise<string> {
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: CLUSTER_ROLE }));
    return Role?.Arn ?? '';
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoSuchEntityException') throw error;
  }
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'eks.amazonaws.com' }, Action: ['sts:AssumeRole', 'sts:TagSession'] },
    ],
  };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: CLUSTER_ROLE, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  await iam.send(
    new AttachRolePolicyCommand({
      RoleName: CLUSTER_ROLE,
      PolicyArn: 'arn:aws:iam::aws:policy/AmazonEKSClusterPolicy',
    }),
  );
  return Role?.Arn ?? '';
}
