import { describe, expect, it } from 'vitest';
import { type ClusterSpec, createClusterInput } from './eks-cluster-spec.ts';

const spec: ClusterSpec = {
  name: 'tenantry-tenant-acme',
  accountId: '222222222222',
  subnetIds: ['subnet-0a', 'subnet-0b'],
  clusterRoleArn: 'arn:aws:iam::222222222222:role/cluster',
  nodeRoleArn: 'arn:aws:iam::222222222222:role/node',
  tags: { 'tenantry:tenant': 'acme' },
};
const settings = { version: '1.35', publicAccessCidrs: ['203.0.113.0/24'] };

describe('the idempotency token', () => {
  const token = (changes: Partial<ClusterSpec> = {}) =>
    createClusterInput({ ...spec, ...changes }, settings).clientRequestToken;

  it('is the same for the same cluster, however often it is asked for', () => {
    expect(token()).toBe(token());
    // https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html: ASCII 33 to 126
    expect(token()).toMatch(/^[!-~]{1,64}$/);
  });

  it('is another in another account, and for another cluster', () => {
    const tokens = [token(), token({ accountId: '333333333333' }), token({ name: 'tenantry-tenant-acme--2' })];
    expect(new Set(tokens).size).toBe(3);
  });
});

describe('a cluster that is made', () => {
  it('keeps its Secrets under the key that is configured, and else under EKS’s own', () => {
    const kmsKeyArn = 'arn:aws:kms:us-east-1:111111111111:key/0a1b';
    expect(createClusterInput(spec, { ...settings, kmsKeyArn }).encryptionConfig).toEqual([
      { resources: ['secrets'], provider: { keyArn: kmsKeyArn } },
    ]);
    expect(createClusterInput(spec, settings)).not.toHaveProperty('encryptionConfig');
  });

  it('is reached in its network always, and from outside only from the networks that are named', () => {
    expect(createClusterInput(spec, settings).resourcesVpcConfig).toMatchObject({
      endpointPrivateAccess: true,
      endpointPublicAccess: true,
      publicAccessCidrs: ['203.0.113.0/24'],
    });
    const closed = createClusterInput(spec, { ...settings, publicAccessCidrs: [] }).resourcesVpcConfig;
    expect(closed).toMatchObject({ endpointPrivateAccess: true, endpointPublicAccess: false });
    expect(closed).not.toHaveProperty('publicAccessCidrs');
  });

  it('writes down who did what, is protected, and knows nobody but by access entries', () => {
    expect(createClusterInput(spec, settings)).toMatchObject({
      logging: { clusterLogging: [{ types: ['api', 'audit', 'authenticator'], enabled: true }] },
      deletionProtection: true,
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      upgradePolicy: { supportType: 'STANDARD' },
      tags: spec.tags,
    });
  });

  it('has the security groups that are given, and none of its own making else', () => {
    const securityGroupIds = ['sg-0a'];
    expect(createClusterInput({ ...spec, securityGroupIds }, settings).resourcesVpcConfig).toMatchObject({
      subnetIds: spec.subnetIds,
      securityGroupIds,
    });
    expect(createClusterInput(spec, settings).resourcesVpcConfig).not.toHaveProperty('securityGroupIds');
  });
});
