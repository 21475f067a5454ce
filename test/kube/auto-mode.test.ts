import { CreateClusterCommand, DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Kubernetes, kubernetesClient } from '../../functions/kubernetes/client.ts';
import { closeConnections, connectTo } from '../../functions/kubernetes/connection.ts';
import { ensureClusterBaseline } from '../../functions/workspaces/ensure-cluster-baseline.ts';
import { presignedUrl, tokenOf } from '../../local/eks/test-cluster.ts';
import { administrator } from '../../local/kernel/cloud.ts';
import { ensureControlPlaneBinary } from '../../local/kube/build.ts';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';
import { nodePoolSettings } from '../../tenancy/workspace/node-pools.ts';
import { eventually } from '../kubernetes/eventually.ts';

const ACCOUNT = '111111111111';
const OPERATOR = { accessKeyId: ACCOUNT, secretAccessKey: 'any' };
const MINUTE = 60_000;
let local: LocalCloud;
let eks: EKSClient;

beforeAll(async () => {
  await ensureControlPlaneBinary((line) => console.log(line));
  local = await startLocalCloud({ port: 0, services: ['iam', 'sts', 'eks'], clock: 'jump' });
  eks = new EKSClient({ endpoint: local.endpoint, region: 'us-east-1', credentials: OPERATOR });
  const statement = { Effect: 'Allow', Principal: { Service: 'eks.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const role = { RoleName: 'eks', AssumeRolePolicyDocument };
  await local.cloud.call('iam', 'CreateRole', role, administrator(ACCOUNT));
  await local.cloud.clock.sleep(MINUTE);
}, 900_000);

afterAll(async () => {
  closeConnections();
  eks.destroy();
  await local.stop();
});

/** Creates a cluster and waits until it is ACTIVE; how long that took in real milliseconds. */
async function createCluster(name: string, more: object) {
  const began = performance.now();
  await eks.send(
    new CreateClusterCommand({
      name,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/eks`,
      resourcesVpcConfig: { subnetIds: ['subnet-a', 'subnet-b'] },
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: true },
      ...more,
    }),
  );
  await local.cloud.clock.sleep(15 * MINUTE);
  const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
  expect(cluster?.status).toBe('ACTIVE');
  const milliseconds = Math.round(performance.now() - began);
  const certificateAuthority = Buffer.from(cluster?.certificateAuthority?.data ?? '', 'base64').toString();
  const connection = connectTo({ server: String(cluster?.endpoint), certificateAuthority });
  const token = async () => ({ authorization: `Bearer ${tokenOf(await presignedUrl(OPERATOR, name))}` });
  return { milliseconds, kubernetes: kubernetesClient(connection, token) };
}

const nodeClasses = (kubernetes: Kubernetes) =>
  kubernetes.request({ method: 'GET', path: '/apis/eks.amazonaws.com/v1/nodeclasses/default' });

it('a cluster in Auto Mode is ACTIVE with its kinds and its own class, so that a tier gets its nodes at once', async () => {
  const plain = await createCluster('plain', {});
  expect((await nodeClasses(plain.kubernetes)).status).toBe(404);
  const auto = await createCluster('auto', {
    computeConfig: {
      enabled: true,
      nodePools: ['general-purpose', 'system'],
      nodeRoleArn: `arn:aws:iam::${ACCOUNT}:role/node`,
    },
    kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
    storageConfig: { blockStorage: { enabled: true } },
  });
  console.log(`ACTIVE after ${plain.milliseconds} ms, in Auto Mode after ${auto.milliseconds} ms`);
  expect(await nodeClasses(auto.kubernetes)).toMatchObject({ status: 200, body: { spec: { role: 'node' } } });
  const pools = [{ tier: 'premium', settings: nodePoolSettings.parse({ limits: { cpu: '10', memory: '40Gi' } }) }];
  const made = await eventually(() => ensureClusterBaseline({ kubernetes: auto.kubernetes, pools }));
  expect(made.nodePools).toEqual(['tenantry-premium']);
  expect(made.lacks).not.toContainEqual(expect.stringContaining('ClusterNetworkPolicy'));
}, 120_000);
