import { DescribeClusterCommand, EKSClient, ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { tenantExternalId } from '../../tenancy/names.ts';
import { type BusListener, listen } from './support/bus-listener.ts';
import { connect, REGION, stateMachineArn } from './support/clients.ts';
import { tenantry } from './support/command-line.ts';
import { ended, history } from './support/executions.ts';
import { request } from './support/kubernetes.ts';
import { freshTenant, put, tenantCreatedDetail } from './support/product.ts';
import { ledger, registered } from './support/registry.ts';

const endpoint = inject('endpoint');
const clients = connect(endpoint);
let bus: BusListener;
beforeAll(async () => {
  bus = await listen(clients);
});
afterAll(() => bus.close());

describe('a tenant with an account and a cluster of its own', () => {
  const tenant = freshTenant('enterprise');
  const name = `tenantry-tenant-${tenant}`;
  let place: { accountId: string; roleArn: string };

  /** EKS as the tenant, in its own account. */
  async function eksOfTenant(): Promise<EKSClient> {
    const { Credentials } = await clients.sts.send(
      new AssumeRoleCommand({
        RoleArn: place.roleArn,
        RoleSessionName: 'end-to-end',
        ExternalId: tenantExternalId(tenant),
      }),
    );
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    return new EKSClient({ endpoint, region: REGION, credentials });
  }

  async function kubeconfig(): Promise<KubeConfig> {
    const { code, stdout, stderr } = await tenantry(endpoint, 'kubeconfig', tenant);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { token } = JSON.parse((await tenantry(endpoint, 'token', tenant)).stdout).status;
    const config = new KubeConfig();
    config.loadFromString(stdout);
    config.loadFromClusterAndUser(config.getCurrentCluster() ?? { name: '', server: '', skipTLSVerify: false }, {
      name: tenant,
      token,
    });
    return config;
  }

  it('is ready in them', async () => {
    await put(clients, JSON.stringify(tenantCreatedDetail(tenant, { data: { tier: 'enterprise' } })));
    const { detail } = await bus.heard('TenantReady', tenant);
    place = detail.data;
    expect(detail.data).toMatchObject({
      placement: { account: 'dedicated', workspace: 'cluster' },
      cluster: { name },
      namespace: `tenant-${tenant}`,
    });
    expect(detail.data.isolation.cases).toBeGreaterThan(50);
    expect(await ledger(clients, tenant)).toEqual({
      'account dedicated': 'CREATED',
      [`foundation tenantry-foundation-${tenant}`]: 'CREATED',
      [`cluster ${name}`]: 'CREATED',
      [`cluster-access ${name}`]: 'CREATED',
      [`workspace tenant-${tenant}`]: 'CREATED',
    });
  });

  it('sees its cluster, which is protected, and no other', async () => {
    const eks = await eksOfTenant();
    const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
    expect(cluster).toMatchObject({ status: 'ACTIVE', deletionProtection: true, tags: { 'tenantry:tenant': tenant } });
    await expect(eks.send(new ListPodIdentityAssociationsCommand({ clusterName: name }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('gets in by its kubeconfig, into its namespace only', async () => {
    const config = await kubeconfig();
    const status = async (path: string) => (await request(config, 'GET', path)).status;
    expect(await status(`/api/v1/namespaces/tenant-${tenant}/pods`)).toBe(200);
    expect(await status('/api/v1/namespaces/kube-system/pods')).toBe(403);
    expect(await status('/api/v1/nodes')).toBe(403);
  });

  it('is released in AWS’s order, and nothing is left', async () => {
    const { operationId, executionArn } = (await registered(clients, tenant)) ?? {};
    const release = await clients.stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: stateMachineArn('release-placement'),
        // What onboard-tenant hands on when it undoes what it made.
        input: JSON.stringify({ tenantId: tenant, operationId, correlationId: operationId, executionArn }),
      }),
    );
    const { status, cause } = await ended(clients, release.executionArn ?? '');
    expect({ status, cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
    const entered = (await history(clients, release.executionArn ?? '')).flatMap(
      ({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? [],
    );
    expect(entered.filter((state) => /^(Release|Unprotect)/.test(state))).toEqual([
      'ReleaseResources',
      'ReleaseWorkspace',
      'ReleaseClusterAccess',
      'UnprotectCluster',
      'ReleaseCluster',
      'ReleaseFoundation',
      'ReleaseDedicatedAccount',
    ]);
    expect(new Set(Object.values(await ledger(clients, tenant)))).toEqual(new Set(['DELETED']));
  });
});
