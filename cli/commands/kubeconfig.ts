import { join } from 'node:path';
import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { eksToken } from '../../functions/kubernetes/eks-token.ts';
import { tenantExternalId } from '../../tenancy/names.ts';
import type { Installation } from '../installation.ts';
import { requireTenant } from '../tenants.ts';

/**
 * `tenantry kubeconfig <id>`: a kubeconfig with the tenant's own identity. It holds no secret: kubectl asks
 * `tenantry token` for one when it needs it.
 */
export async function kubeconfig(installation: Installation, tenantId: string): Promise<void> {
  const tenant = await requireTenant(installation, tenantId);
  if (!tenant.cluster || !tenant.namespace)
    throw new Error(`The tenant "${tenantId}" has no place in a cluster (state ${tenant.state}).`);
  const { cluster } = await installation.eks.send(new DescribeClusterCommand({ name: tenant.cluster.name }));
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

/** `tenantry token <id>`: an ExecCredential for kubectl, as the tenant. */
export async function token(installation: Installation, tenantId: string): Promise<void> {
  const tenant = await requireTenant(installation, tenantId);
  const { Credentials } = await installation.sts.send(
    new AssumeRoleCommand({
      RoleArn: tenant.roleArn,
      RoleSessionName: 'tenantry-cli',
      ExternalId: tenantExternalId(tenantId),
      DurationSeconds: 900,
    }),
  );
  const value = await eksToken({
    clusterName: tenant.cluster?.name ?? '',
    region: installation.settings.region,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
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
