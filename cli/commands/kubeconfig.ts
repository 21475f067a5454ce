import { join } from 'node:path';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { z } from 'zod';
import { eksToken } from '../../functions/kubernetes/eks-token.ts';
import { type Placed, tenantExternalId } from '../../tenancy/names.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { Installation } from '../installation.ts';
import { invoke } from '../invoke.ts';
import { clientOptions } from '../settings.ts';
import { requireTenant } from '../tenants.ts';

/**
 * `tenantry kubeconfig <id>`: a kubeconfig with the tenant's own identity. It holds no secret: kubectl asks
 * `tenantry token` for one when it needs it. That of a virtual cluster holds a token for an hour: IAM is not known there.
 */
export async function kubeconfig(installation: Installation, tenantId: string): Promise<void> {
  const tenant = await requireTenant(installation, tenantId);
  if (!tenant.cluster || !tenant.namespace)
    throw new Error(`The tenant "${tenantId}" has no place in a cluster (state ${tenant.state}).`);
  if (tenant.placement.workspace === 'vcluster') {
    console.log(await virtualKubeconfig(installation, tenant, tenant.cluster));
    return;
  }
  const eks = await eksOf(installation, tenant);
  const { cluster } = await eks.send(new DescribeClusterCommand({ name: tenant.cluster.name }));
  const name = `${tenantId}@${tenant.cluster.name}`;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      {
        name,
        cluster: { server: cluster?.endpoint, 'certificate-authority-data': cluster?.certificateAuthority?.data },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name, namespace: tenant.namespace } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1',
            command: join(import.meta.dirname, '../tenantry.mjs'),
            args: ['token', tenantId],
            env: environmentOf(installation),
            interactiveMode: 'Never',
          },
        },
      },
    ],
  };
  // JSON is YAML.
  console.log(JSON.stringify(config, null, 2));
}

/** EKS as the operator; as the tenant where the cluster is in an account of its own, which the operator of this shell cannot enter. */
async function eksOf(installation: Installation, tenant: Tenant): Promise<EKSClient> {
  if ((tenant.cluster?.accountId ?? installation.accountId) === installation.accountId) return installation.eks;
  return new EKSClient({
    ...clientOptions(installation.settings),
    credentials: await tenantSession(installation, tenant),
  });
}

async function tenantSession(installation: Installation, { tenantId, roleArn }: Tenant) {
  const { Credentials } = await installation.sts.send(
    new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: 'tenantry-cli',
      ExternalId: tenantExternalId(tenantId),
      DurationSeconds: 900,
    }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

const access = z.object({ kubeconfig: z.string() });

/** The platform gives it out: only its functions hold the key to the virtual cluster. */
async function virtualKubeconfig(
  installation: Installation,
  { tenantId, generation }: Placed,
  cluster: { name: string; accountId?: string },
): Promise<string> {
  const input = { tenantId, generation, cluster: { accountId: installation.accountId, ...cluster } };
  return access.parse(await invoke(installation, 'tenant-access', input)).kubeconfig;
}

/** `tenantry token <id>`: an ExecCredential for kubectl, as the tenant. */
export async function token(installation: Installation, tenantId: string): Promise<void> {
  const tenant = await requireTenant(installation, tenantId);
  const value = await eksToken({
    clusterName: tenant.cluster?.name ?? '',
    region: installation.settings.region,
    credentials: await tenantSession(installation, tenant),
    now: new Date(),
  });
  const expirationTimestamp = new Date(Date.now() + 10 * 60_000).toISOString();
  console.log(
    JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: value, expirationTimestamp },
    }),
  );
}

/** Where the command line talked to, so that kubectl's call talks there too, from whatever shell. */
function environmentOf({ settings }: Installation): { name: string; value: string }[] {
  const endpoint = settings.endpoint ?? process.env['AWS_ENDPOINT_URL'];
  const pairs: Record<string, string | undefined> = settings.local
    ? {
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: settings.credentials?.accessKeyId ?? process.env['AWS_ACCESS_KEY_ID'],
        AWS_SECRET_ACCESS_KEY: settings.credentials?.secretAccessKey ?? process.env['AWS_SECRET_ACCESS_KEY'],
        AWS_REGION: settings.region,
      }
    : { AWS_PROFILE: process.env['AWS_PROFILE'], AWS_REGION: settings.region };
  return Object.entries(pairs).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}
