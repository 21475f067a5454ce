import { request as https, type RequestOptions } from 'node:https';
import { AssociateAccessPolicyCommand, CreateAccessEntryCommand, DescribeClusterCommand } from '@aws-sdk/client-eks';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { KubeConfig } from '@kubernetes/client-node';
import { eksToken } from '../../../functions/kubernetes/eks-token.ts';
import { ACCOUNT, type Clients, REGION } from './clients.ts';
import { eventually } from './eventually.ts';

export const CLUSTER = 'shared-1';
const OPERATOR = 'end-to-end-operator';

/** A kubeconfig of a cluster with the identity of a role, as `aws eks get-token --role-arn` gives it. */
export async function kubeConfigOf(
  clients: Clients,
  role: { arn: string; externalId?: string },
  cluster = CLUSTER,
): Promise<KubeConfig> {
  const { cluster: described } = await clients.eks.send(new DescribeClusterCommand({ name: cluster }));
  const { Credentials } = await clients.sts.send(
    new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'end-to-end', ExternalId: role.externalId }),
  );
  const token = await eksToken({
    clusterName: cluster,
    region: REGION,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken,
    },
    now: new Date(),
  });
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: cluster, server: described?.endpoint, caData: described?.certificateAuthority?.data }],
    users: [{ name: role.arn, token }],
    contexts: [{ name: 'it', cluster, user: role.arn }],
    currentContext: 'it',
  });
  return config;
}

/** A role of the account's operators that may read everything in the shared cluster. Made on first use. */
export async function operatorRole(clients: Clients): Promise<string> {
  const arn = `arn:aws:iam::${ACCOUNT}:role/${OPERATOR}`;
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' }],
  };
  await unlessExists('EntityAlreadyExistsException', () =>
    clients.iam.send(new CreateRoleCommand({ RoleName: OPERATOR, AssumeRolePolicyDocument: JSON.stringify(trust) })),
  );
  await unlessExists('ResourceInUseException', () =>
    clients.eks.send(new CreateAccessEntryCommand({ clusterName: CLUSTER, principalArn: arn })),
  );
  await clients.eks.send(
    new AssociateAccessPolicyCommand({
      clusterName: CLUSTER,
      principalArn: arn,
      policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
      accessScope: { type: 'cluster' },
    }),
  );
  return arn;
}

/** A kubeconfig of an administrator of the shared cluster; waits until role and access entry are in effect. */
export async function operatorKubeConfig(clients: Clients): Promise<KubeConfig> {
  const arn = await operatorRole(clients);
  return eventually('the operator’s access to the cluster', async () => {
    try {
      const config = await kubeConfigOf(clients, { arn });
      return (await request(config, 'GET', '/api/v1/namespaces')).status === 200 ? config : undefined;
    } catch (error) {
      if (error instanceof Error && error.name === 'AccessDenied') return undefined;
      throw error;
    }
  });
}

/** One request to a cluster, with the answer of whatever status. */
export async function request(
  config: KubeConfig,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const options: RequestOptions = { method, headers: { accept: 'application/json', 'content-type': contentType } };
  await config.applyToHTTPSOptions(options);
  const url = new URL(path, config.getCurrentCluster()?.server);
  return new Promise((resolve, reject) => {
    const outgoing = https(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function unlessExists(name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== name) throw error;
  }
}
