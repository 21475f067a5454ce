import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { OPERATOR, testCloud, trustOf } from '../iam/test-cloud.ts';
import type { RunningCloud } from '../kernel/cloud.ts';
import type { Caller, Credentials, OperationInput, Service } from '../kernel/service.ts';
import type { Store } from '../kernel/store.ts';
import type { ControlPlanes } from '../kube/control-planes.ts';
import type { EksDurations } from './engine.ts';
import { eksService } from './service.ts';

export const ACCOUNT = OPERATOR.accountId;
export const CLUSTER_ROLE = `arn:aws:iam::${ACCOUNT}:role/eks-cluster`;
export const MINUTE = 60_000;

/** Control planes that are there at once and remember what was asked of them. */
export interface FakeControlPlanes extends ControlPlanes {
  readonly running: Set<string>;
  readonly removed: string[];
  readonly webhooks: Map<string, string>;
  /** The next start fails with this. */
  failure: Error | undefined;
  /** What a start waits for. */
  gate: Promise<void>;
}

export function fakeControlPlanes(): FakeControlPlanes {
  const planes: FakeControlPlanes = {
    running: new Set(),
    removed: [],
    webhooks: new Map(),
    failure: undefined,
    gate: Promise.resolve(),
    prepare: async () => undefined,
    async ensureRunning(clusterId, options) {
      await planes.gate;
      if (planes.failure) throw planes.failure;
      planes.running.add(clusterId);
      planes.webhooks.set(clusterId, options.tokenWebhookUrl);
      return {
        clusterId,
        endpoint: `https://127.0.0.1/${clusterId}`,
        certificateAuthorityData: 'Q0E=',
        adminKubeconfigPath: '',
        pids: [],
      };
    },
    stop: async (clusterId) => void planes.running.delete(clusterId),
    async remove(clusterId) {
      planes.running.delete(clusterId);
      planes.removed.push(clusterId);
    },
    stopAll: async () => planes.running.clear(),
    stats: () => ({ clusters: [], etcdResidentBytes: 0 }),
  };
  return planes;
}

export interface EksTest {
  cloud: RunningCloud;
  service: Service;
  planes: FakeControlPlanes;
  call(operation: string, input: unknown, caller?: Caller): Promise<OperationInput>;
  /** CreateCluster with everything required. */
  create(name: string, more?: Record<string, unknown>, caller?: Caller): Promise<OperationInput>;
  createActive(name: string, more?: Record<string, unknown>): Promise<void>;
  role(name: string): Promise<{ arn: string; id: string }>;
  /** The role that EKS may assume; there already unless the store was given. */
  clusterRole(): Promise<unknown>;
  /** Credentials of a session of the role. */
  session(roleArn: string, sessionName?: string): Promise<Credentials>;
}

/** A cloud with IAM, STS and EKS on a jumping clock, and a role for clusters. */
export async function eksTest(
  options: { store?: Store; durations?: Partial<EksDurations>; planes?: FakeControlPlanes } = {},
): Promise<EksTest> {
  const cloud = testCloud(options.store ? { store: options.store } : {});
  const planes = options.planes ?? fakeControlPlanes();
  const service = eksService(cloud, {
    controlPlanes: planes,
    ...(options.durations && { durations: options.durations }),
  });
  cloud.register(service);
  const call = (operation: string, input: unknown, caller: Caller = OPERATOR) =>
    cloud.call('eks', operation, input, caller);
  const role = async (name: string, trust = trustOf(`arn:aws:iam::${ACCOUNT}:root`)) => {
    const input = { RoleName: name, AssumeRolePolicyDocument: trust };
    const { Role } = await cloud.call('iam', 'CreateRole', input, OPERATOR);
    return { arn: String(Role.Arn), id: String(Role.RoleId) };
  };
  const clusterRole = () => role('eks-cluster', trustOf('eks.amazonaws.com'));
  if (!options.store) await clusterRole();
  const create: EksTest['create'] = (name, more = {}, caller = OPERATOR) =>
    call('CreateCluster', { ...clusterInput(name), ...more }, caller);
  return {
    cloud,
    service,
    planes,
    call,
    create,
    role,
    clusterRole,
    async createActive(name, more) {
      await create(name, more);
      await cloud.clock.sleep(13 * MINUTE);
    },
    async session(roleArn, sessionName = 'session') {
      const input = { RoleArn: roleArn, RoleSessionName: sessionName };
      const { Credentials: issued } = await cloud.call('sts', 'AssumeRole', input, OPERATOR);
      return {
        accessKeyId: issued.AccessKeyId,
        secretAccessKey: issued.SecretAccessKey,
        sessionToken: issued.SessionToken,
        expiration: new Date(issued.Expiration),
      };
    },
  };
}

export function clusterInput(name: string): Record<string, unknown> {
  return {
    name,
    roleArn: CLUSTER_ROLE,
    resourcesVpcConfig: { subnetIds: ['subnet-a', 'subnet-b'] },
    accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
  };
}

class Sha256 {
  private readonly hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer);
  }
  update(data: string | Uint8Array) {
    this.hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.hash.digest());
  }
  reset() {
    throw new Error('not used');
  }
}

export interface TokenOptions {
  host?: string;
  action?: string;
  signedAt?: Date;
  expiresIn?: number;
  extraQuery?: Record<string, string>;
}

/** The URL inside of a cluster token, presigned as `aws eks get-token` does it. */
export async function presignedUrl(
  credentials: Pick<Credentials, 'accessKeyId' | 'secretAccessKey'> & { sessionToken?: string },
  clusterName: string | undefined,
  options: TokenOptions = {},
): Promise<string> {
  const host = options.host ?? 'sts.us-east-1.amazonaws.com';
  const signer = new SignatureV4({ credentials, region: 'us-east-1', service: 'sts', sha256: Sha256 as never });
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    path: '/',
    query: { Action: options.action ?? 'GetCallerIdentity', Version: '2011-06-15', ...options.extraQuery },
    headers: { host, ...(clusterName !== undefined && { 'x-k8s-aws-id': clusterName }) },
  };
  const signed = await signer.presign(request as never, {
    expiresIn: options.expiresIn ?? 60,
    unhoistableHeaders: new Set(['x-k8s-aws-id']),
    ...(options.signedAt && { signingDate: options.signedAt }),
  });
  const query = Object.entries(signed.query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return `https://${host}/?${query}`;
}

/** `k8s-aws-v1.` and the base64url of the URL. */
export function tokenOf(url: string): string {
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
}
