import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AssociateAccessPolicyCommand,
  type Cluster,
  CreateAccessEntryCommand,
  CreateClusterCommand,
  type CreateClusterCommandInput,
  DeleteAccessEntryCommand,
  DeleteClusterCommand,
  DescribeClusterCommand,
  EKSClient,
} from '@aws-sdk/client-eks';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControlPlaneReport } from '../../local/eks/control-plane-report.ts';
import { presignedUrl, tokenOf } from '../../local/eks/test-cluster.ts';
import { administrator } from '../../local/kernel/cloud.ts';
import { ensureControlPlaneBinary } from '../../local/kube/build.ts';
import { type LocalCloud, startLocalCloud } from '../../local/local-cloud.ts';

const ACCOUNT = '111111111111';
const OPERATOR = { accessKeyId: ACCOUNT, secretAccessKey: 'any' };
const TENANT = `arn:aws:iam::${ACCOUNT}:role/tenant`;
const POLICIES = 'arn:aws:eks::aws:cluster-access-policy';
const MINUTE = 60_000;
const state = mkdtempSync(join(tmpdir(), 'tenantry-eks-'));
let local: LocalCloud;
let eks: EKSClient;

async function start(running: { mostControlPlanes?: number } = {}): Promise<void> {
  const services = ['iam', 'sts', 'eks'];
  local = await startLocalCloud({ port: 0, services, clock: 'jump', state, serviceOptions: { eks: running } });
  eks = new EKSClient({ endpoint: local.endpoint, region: 'us-east-1', credentials: OPERATOR });
}

beforeAll(async () => {
  await ensureControlPlaneBinary((line) => console.log(line));
  await start();
  await role('eks', { Service: 'eks.amazonaws.com' });
  await role('tenant', { AWS: `arn:aws:iam::${ACCOUNT}:root` });
  // IAM is eventually consistent.
  await local.cloud.clock.sleep(MINUTE);
}, 900_000);

afterAll(async () => {
  eks.destroy();
  await local.stop();
  rmSync(state, { recursive: true, force: true });
});

function role(RoleName: string, Principal: object) {
  const statement = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  return local.cloud.call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument }, administrator(ACCOUNT));
}

async function tenantToken(): Promise<string> {
  const input = { RoleArn: TENANT, RoleSessionName: 'bob' };
  const { Credentials: issued } = await local.cloud.call('sts', 'AssumeRole', input, administrator(ACCOUNT));
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = issued;
  return tokenOf(await presignedUrl({ accessKeyId, secretAccessKey, sessionToken }, 'shared'));
}

async function operatorToken(): Promise<string> {
  return tokenOf(await presignedUrl(OPERATOR, 'shared'));
}

/** The Kubernetes API as an EKS client finds it: endpoint and CA from DescribeCluster, a token of its own making. */
async function kubernetes(token: string): Promise<CoreV1Api> {
  const { cluster } = await eks.send(new DescribeClusterCommand({ name: 'shared' }));
  const config = new KubeConfig();
  const caData = cluster?.certificateAuthority?.data;
  config.loadFromClusterAndUser(
    { name: 'c', server: String(cluster?.endpoint), skipTLSVerify: false, ...(caData && { caData }) },
    { name: 'u', token },
  );
  return config.makeApiClient(CoreV1Api);
}

const AUTO_MODE: Partial<CreateClusterCommandInput> = {
  computeConfig: { enabled: true, nodePools: ['system'], nodeRoleArn: `arn:aws:iam::${ACCOUNT}:role/node` },
  kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
  storageConfig: { blockStorage: { enabled: true } },
};

/** All at the same time. */
async function createClusters(names: string[], more: Partial<CreateClusterCommandInput> = {}) {
  const common = {
    roleArn: `arn:aws:iam::${ACCOUNT}:role/eks`,
    resourcesVpcConfig: { subnetIds: ['subnet-a', 'subnet-b'] },
    accessConfig: { authenticationMode: 'API' as const, bootstrapClusterCreatorAdminPermissions: true },
  };
  for (const name of names) await eks.send(new CreateClusterCommand({ name, ...common, ...more }));
  await local.cloud.clock.sleep(15 * MINUTE);
  return Promise.all(names.map(named));
}

async function named(name: string): Promise<Cluster | undefined> {
  return (await eks.send(new DescribeClusterCommand({ name }))).cluster;
}

const status = (code: number) => expect.objectContaining({ code }) as Error;

describe('a cluster of the local EKS', () => {
  it('lets its creator in and nobody without an access entry', async () => {
    const [cluster] = await createClusters(['shared']);
    expect(cluster?.status).toBe('ACTIVE');
    const operator = await kubernetes(await operatorToken());
    for (const name of ['acme', 'other']) await operator.createNamespace({ body: { metadata: { name } } });
    const tenant = await kubernetes(await tenantToken());
    await expect(tenant.listNamespacedPod({ namespace: 'acme' })).rejects.toEqual(status(401));
  });

  it('gives a principal what its entry and its access policy say, where they say it, as long as they say it', async () => {
    const entry = { clusterName: 'shared', principalArn: TENANT };
    const token = await tenantToken();
    const tenant = await kubernetes(token);
    await eks.send(new CreateAccessEntryCommand(entry));
    await local.cloud.clock.sleep(MINUTE);
    await expect(tenant.listNamespacedPod({ namespace: 'acme' })).rejects.toEqual(status(403));
    await eks.send(
      new AssociateAccessPolicyCommand({
        ...entry,
        policyArn: `${POLICIES}/AmazonEKSEditPolicy`,
        accessScope: { type: 'namespace', namespaces: ['acme'] },
      }),
    );
    await local.cloud.clock.sleep(MINUTE);
    await tenant.createNamespacedConfigMap({ namespace: 'acme', body: { metadata: { name: 'settings' } } });
    await expect(tenant.listNamespacedPod({ namespace: 'other' })).rejects.toEqual(status(403));
    await expect(tenant.listNode()).rejects.toEqual(status(403));
    await eks.send(new DeleteAccessEntryCommand(entry));
    await local.cloud.clock.sleep(MINUTE);
    await expect(tenant.listNamespacedPod({ namespace: 'acme' })).rejects.toEqual(status(401));
  });

  it('is there with its objects after a restart of the local cloud', async () => {
    eks.destroy();
    await local.stop();
    await start();
    const operator = await kubernetes(await operatorToken());
    await operator.readNamespacedConfigMap({ namespace: 'acme', name: 'settings' });
  });

  it('is gone with its API when it is deleted', async () => {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: 'shared' }));
    await eks.send(new DeleteClusterCommand({ name: 'shared' }));
    await local.cloud.clock.sleep(10 * MINUTE);
    const named = { name: 'ResourceNotFoundException' };
    // The API server takes a moment of real time to end.
    for (let tries = 0; tries < 100 && (await describes()); tries++) await delay(50);
    await expect(eks.send(new DescribeClusterCommand({ name: 'shared' }))).rejects.toMatchObject(named);
    await expect(fetch(`${cluster?.endpoint}/readyz`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});

describe('clusters beyond the room for control planes', () => {
  it('take turns, in Auto Mode too: one that is paused becomes ACTIVE, and the first request to it brings it back with its objects', async () => {
    eks.destroy();
    await local.stop();
    await start({ mostControlPlanes: 1 });
    const before = await createClusters(['first', 'second'], AUTO_MODE);
    expect(before.map((cluster) => [cluster?.status, cluster?.health])).toEqual(bothWell);
    const paused = await report();
    expect(paused.most).toBe(1);
    expect(states(paused)).toEqual({ first: 'paused', second: 'running' });
    const after = await named('first');
    expect(after).toEqual(before[0]);
    expect((await ask(after, 'GET', '/apis/karpenter.sh/v1/nodepools/system')).metadata?.name).toBe('system');
    const woken = await report();
    expect(states(woken)).toEqual({ first: 'running', second: 'paused' });
    const [first, second] = woken.clusters;
    console.log(
      `woken in ${first?.startMilliseconds} ms; running: ${mebibytes(first?.residentBytes)} MiB, paused: ${mebibytes(second?.residentBytes)} MiB; etcd, shared: ${mebibytes(woken.etcdResidentBytes)} MiB`,
    );
    expect(second).toMatchObject({ residentBytes: 0, pids: [] });
  });

  it('are after a restart of the local cloud what they were, running or paused', async () => {
    eks.destroy();
    await local.stop();
    await start({ mostControlPlanes: 1 });
    const clusters = await Promise.all(['first', 'second'].map(named));
    expect(clusters.map((cluster) => [cluster?.status, cluster?.health])).toEqual(bothWell);
    expect(states(await report())).toEqual({ first: 'running', second: 'paused' });
  });

  it('do not take the room of one that has something of a virtual cluster: the connection is closed', async () => {
    const service = { metadata: { name: 'acme', labels: { app: 'vcluster' } }, spec: { ports: [{ port: 443 }] } };
    const services = '/api/v1/namespaces/default/services';
    await ask(await named('first'), 'POST', services, service);
    const second = await named('second');
    await expect(ask(second, 'GET', '/api/v1/namespaces')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(states(await report())).toEqual({ first: 'running', second: 'paused' });
    await ask(await named('first'), 'DELETE', `${services}/acme`);
    await ask(second, 'GET', '/api/v1/namespaces');
    expect(states(await report())).toEqual({ first: 'paused', second: 'running' });
  });
});

const bothWell = [
  ['ACTIVE', { issues: [] }],
  ['ACTIVE', { issues: [] }],
];

async function report(): Promise<ControlPlaneReport> {
  return (await (await fetch(`${local.endpoint}/_local/eks/control-planes`)).json()) as ControlPlaneReport;
}

function states({ clusters }: ControlPlaneReport) {
  return Object.fromEntries(clusters.map(({ name, state }) => [name, state]));
}

const mebibytes = (bytes = 0) => Math.round(bytes / 2 ** 20);

/** One request over a connection of its own, which is closed with it. */
async function ask(cluster: Cluster | undefined, method: string, path: string, body?: unknown) {
  const outgoing = request(`${cluster?.endpoint}${path}`, { ...(await asOperator(cluster)), method });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject);
  });
  outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  return (await json(await answer)) as { metadata: { name: string } };
}

async function asOperator(cluster: Cluster | undefined): Promise<RequestOptions> {
  const token = tokenOf(await presignedUrl(OPERATOR, cluster?.name));
  const ca = Buffer.from(cluster?.certificateAuthority?.data ?? '', 'base64').toString();
  return { ca, agent: false, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } };
}

function describes(): Promise<boolean> {
  return eks.send(new DescribeClusterCommand({ name: 'shared' })).then(
    () => true,
    () => false,
  );
}
